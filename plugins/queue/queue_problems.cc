#include "queue_problems.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace tutti::plugins {
namespace {

using Numbers = std::map<std::string_view, size_t>;

// Whether the way up from it leads back to it.
bool InCircle(std::span<const QueueSpec> specs, const Numbers& numbers, size_t queue) {
  size_t steps = 0;
  for (auto at = numbers.find(specs[queue].parent); at != numbers.end();
       at = numbers.find(specs[at->second].parent)) {
    if (at->second == queue) return true;
    if (++steps > specs.size()) return false;  // in a circle above it
  }
  return false;
}

void FindMisplaced(std::span<const QueueSpec> specs, const Numbers& numbers,
                   std::vector<QueueProblem>& problems) {
  for (size_t i = 0; i < specs.size(); ++i) {
    const QueueSpec& spec = specs[i];
    if (spec.parent.empty()) continue;
    if (!numbers.contains(spec.parent)) {
      problems.push_back({i,
                          "queue " + spec.name + ": there is no queue " + spec.parent +
                              " that could be its parent: add it, or correct the name",
                          true, true});
    } else if (InCircle(specs, numbers, i)) {
      problems.push_back(
          {i, "queue " + spec.name + " is above itself: one of its ancestors must have no parent",
           true, false});
    }
  }
}

// It may never hold what it is guaranteed. `flavor`: whose these are, for the text.
void FindBrokenPromises(std::span<const QueueSpec> specs, const std::string& flavor,
                        std::vector<QueueProblem>& problems) {
  for (size_t i = 0; i < specs.size(); ++i) {
    for (const auto& [resource, amount] : PromisedBy(specs[i])) {
      const int64_t most = LimitOf(specs[i], resource);
      if (amount <= most) continue;
      problems.push_back({i,
                          flavor + "queue " + specs[i].name + " is guaranteed " +
                              std::to_string(amount) + " of a resource of which it may hold " +
                              std::to_string(most) +
                              " (base units): raise its limit, or lower its guaranteed",
                          false, false});
    }
  }
}

// Those below it are guaranteed more together than it is, or than it may hold.
void FindOverPromised(std::span<const QueueSpec> specs, const Numbers& numbers,
                      const std::string& flavor, std::vector<QueueProblem>& problems) {
  std::map<std::pair<size_t, ResourceId>, int64_t> promised;  // by parent
  for (size_t i = 0; i < specs.size(); ++i) {
    const auto parent = numbers.find(specs[i].parent);
    if (specs[i].parent.empty() || parent == numbers.end() || InCircle(specs, numbers, i)) continue;
    for (const auto& [resource, amount] : PromisedBy(specs[i])) {
      int64_t& sum = promised[{parent->second, resource}];
      sum = SaturatingSum(sum, amount);
    }
  }
  for (const auto& [of, sum] : promised) {
    const QueueSpec& parent = specs[of.first];
    const int64_t most =
        std::min(AmountOf(PromisedBy(parent), of.second, INT64_MAX), LimitOf(parent, of.second));
    if (sum <= most) continue;
    problems.push_back({of.first,
                        flavor + "queue " + parent.name + ": the queues below it are guaranteed " +
                            std::to_string(sum) + " of a resource of which it may promise " +
                            std::to_string(most) +
                            " (base units): raise its guaranteed and limit, or lower theirs",
                        false, false});
  }
}

bool Lists(const QueueSpec& spec, const FlavorSpec& flavor) {
  return std::any_of(spec.flavors.begin(), spec.flavors.end(),
                     [&](const FlavorSpec& listed) { return listed.name == flavor.name; });
}

// It lists a flavor of which the queues above it may have nothing.
void FindStrayFlavors(std::span<const QueueSpec> specs, const Numbers& numbers,
                      std::vector<QueueProblem>& problems) {
  for (size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].flavors.empty() || InCircle(specs, numbers, i)) continue;
    size_t steps = 0;
    auto at = numbers.find(specs[i].parent);
    while (at != numbers.end() && specs[at->second].flavors.empty() && ++steps <= specs.size())
      at = numbers.find(specs[at->second].parent);
    if (at == numbers.end() || specs[at->second].flavors.empty()) continue;
    for (const FlavorSpec& flavor : specs[i].flavors) {
      if (Lists(specs[at->second], flavor)) continue;
      problems.push_back({i,
                          "queue " + specs[i].name + " lists flavor " + flavor.name +
                              ", which queue " + specs[at->second].name +
                              " above it does not: add it there, or remove it here",
                          false, false});
    }
  }
}

std::set<std::string> FlavorsOf(std::span<const QueueSpec> specs) {
  std::set<std::string> names;
  for (const QueueSpec& spec : specs) {
    for (const FlavorSpec& flavor : spec.flavors) names.insert(flavor.name);
  }
  return names;
}

}  // namespace

std::vector<QueueProblem> ProblemsOf(std::span<const QueueSpec> specs) {
  std::vector<QueueProblem> problems;
  Numbers numbers;
  for (size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].name.empty() || numbers.emplace(specs[i].name, i).second) continue;
    problems.push_back(
        {i, "queue " + specs[i].name + " is there twice: names are unique", false, false});
  }
  FindBrokenPromises(specs, "", problems);
  FindStrayFlavors(specs, numbers, problems);
  FindMisplaced(specs, numbers, problems);
  FindOverPromised(specs, numbers, "", problems);
  for (const std::string& flavor : FlavorsOf(specs)) {
    const std::vector<QueueSpec> of_flavor = OfFlavor(specs, flavor);
    FindBrokenPromises(of_flavor, "flavor " + flavor + ": ", problems);
    FindOverPromised(of_flavor, numbers, "flavor " + flavor + ": ", problems);
  }
  return problems;
}

}  // namespace tutti::plugins
