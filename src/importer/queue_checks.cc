#include "importer/queue_checks.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/shown.h"
#include "importer/amount.h"

namespace tutti::importer {
namespace {

constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
constexpr size_t kInCircle = std::numeric_limits<size_t>::max();

bool IsNameChar(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// A subdomain of DNS, as metadata.name has to be.
bool IsObjectName(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const bool edge = i == 0 || i + 1 == name.size() || name[i - 1] == '.' || name[i + 1] == '.';
    const bool inner = !edge && name[i] == '-';
    const bool dot = name[i] == '.' && i > 0 && i + 1 < name.size() && name[i - 1] != '.';
    if (!IsNameChar(name[i]) && !inner && !dot) return false;
  }
  return true;
}

int64_t At(const Amounts& amounts, const std::string& resource, int64_t otherwise) {
  const auto found = amounts.find(resource);
  return found == amounts.end() ? otherwise : found->second;
}

// Of all nodes, which has no name, and of each flavor. What is guaranteed of flavors together is
// guaranteed to the queue.
std::vector<ImportedFlavor> QuotasOf(const ImportedQueue& queue) {
  std::vector<ImportedFlavor> quotas = {
      {"", queue.guaranteed, queue.limit, queue.borrow_limit, queue.lend_limit}};
  Amounts sums;
  for (const ImportedFlavor& flavor : queue.flavors) {
    for (const auto& [resource, amount] : flavor.guaranteed)
      sums[resource] = SaturatingSum(sums[resource], amount);
    quotas.push_back(flavor);
  }
  for (const auto& [resource, sum] : sums) {
    if (sum > At(queue.guaranteed, resource, 0)) quotas[0].guaranteed[resource] = sum;
  }
  return quotas;
}

// " of flavor spot"; of all nodes: nothing.
std::string OfFlavor(const std::string& flavor) {
  return flavor.empty() ? "" : " of flavor " + base::Shown(flavor);
}

using Numbers = std::map<std::string_view, size_t>;

Numbers NumbersOf(const Imported& imported) {
  Numbers numbers;
  for (size_t i = 0; i < imported.queues.size(); ++i) numbers.emplace(imported.queues[i].name, i);
  return numbers;
}

// How many queues are above each; kInCircle where that has no end.
std::vector<size_t> Depths(const Imported& imported, const Numbers& numbers) {
  constexpr size_t kUnknown = kInCircle - 1;
  constexpr size_t kWalking = kInCircle - 2;
  std::vector<size_t> depths(imported.queues.size(), kUnknown);
  for (size_t i = 0; i < depths.size(); ++i) {
    std::vector<size_t> path;
    std::optional<size_t> at = i;
    while (at && depths[*at] == kUnknown) {
      depths[*at] = kWalking;
      path.push_back(*at);
      const auto parent = numbers.find(imported.queues[*at].parent);
      at = parent == numbers.end() ? std::nullopt : std::optional(parent->second);
    }
    size_t depth = !at ? 0 : depths[*at] >= kWalking ? kInCircle : depths[*at] + 1;
    for (auto queue = path.rbegin(); queue != path.rend(); ++queue) {
      depths[*queue] = depth;
      if (depth != kInCircle) ++depth;
    }
  }
  return depths;
}

class Checker {
 public:
  explicit Checker(Imported& imported)
      : imported_(imported),
        numbers_(NumbersOf(imported)),
        depths_(Depths(imported, numbers_)),
        promised_(imported.queues.size()) {}

  void Run() {
    for (size_t i = 0; i < imported_.queues.size(); ++i) {
      CheckName(i);
      CheckLimit(i);
      if (!queue(i).parent.empty()) CheckParent(i);
    }
    for (size_t i = 0; i < imported_.queues.size(); ++i) CheckPromises(i);
    CheckLocalQueues();
  }

 private:
  const ImportedQueue& queue(size_t i) const { return imported_.queues[i]; }
  std::string SourceOf(size_t i) const { return imported_.reports[queue(i).source].object; }
  void Conflict(size_t i, std::string text, std::string remedy) {
    imported_.reports[queue(i).source].Add(Verdict::kConflict, "", std::move(text),
                                           std::move(remedy));
  }

  void CheckName(size_t i) {
    const std::string shown = base::Shown(queue(i).name);
    if (!IsObjectName(queue(i).name)) {
      Conflict(i,
               absl::StrFormat("\"%s\" cannot be the name of an object of the API: expected small "
                               "letters, digits, \"-\" and \".\"",
                               shown),
               "rename it, also in the pods that name it");
    }
    const size_t first = numbers_.at(queue(i).name);
    if (first != i)
      Conflict(i,
               absl::StrFormat("%s is Queue %s as well: names are unique", SourceOf(first), shown),
               "rename one of them");
  }

  void CheckLimit(size_t i) {
    for (const ImportedFlavor& quota : QuotasOf(queue(i))) {
      for (const auto& [resource, amount] : quota.guaranteed) {
        // What it is guaranteed of flavors alone may be above what it may borrow as a whole.
        const int64_t most = std::min(At(quota.limit, resource, kNone),
                                      SaturatingSum(OwnGuarantee(i, quota.name, resource),
                                                    At(quota.borrow_limit, resource, kNone)));
        if (amount <= most) continue;
        Conflict(i,
                 absl::StrFormat("it is guaranteed %s %s%s, and limited to %s",
                                 AmountText(resource, amount), base::Shown(resource),
                                 OfFlavor(quota.name), AmountText(resource, most)),
                 "raise the limit, or lower what it is guaranteed");
      }
    }
  }

  void CheckParent(size_t i) {
    const auto parent = numbers_.find(queue(i).parent);
    if (parent == numbers_.end())
      return Conflict(i,
                      absl::StrFormat("there is no queue %s that could be its parent",
                                      base::Shown(queue(i).parent)),
                      "import it as well, or correct the name");
    if (depths_[i] == kInCircle)
      return Conflict(i, "it is above itself, or below a queue that is",
                      "one of the queues above it must have no parent");
    for (const ImportedFlavor& quota : QuotasOf(queue(i))) {
      for (const auto& [resource, amount] : quota.guaranteed) {
        int64_t& sum = promised_[parent->second][{quota.name, resource}];
        sum = SaturatingSum(sum, amount);
      }
    }
  }

  int64_t OwnGuarantee(size_t i, const std::string& flavor, const std::string& resource) const {
    if (flavor.empty()) return At(queue(i).guaranteed, resource, 0);
    for (const ImportedFlavor& quota : queue(i).flavors) {
      if (quota.name == flavor) return At(quota.guaranteed, resource, 0);
    }
    return 0;
  }

  // What it may promise to those below it.
  int64_t Most(size_t i, const std::string& flavor, const std::string& resource) const {
    for (const ImportedFlavor& quota : QuotasOf(queue(i))) {
      if (quota.name != flavor) continue;
      const int64_t borrowed =
          SaturatingSum(OwnGuarantee(i, flavor, resource), At(quota.borrow_limit, resource, kNone));
      return std::min(
          {At(quota.guaranteed, resource, kNone), borrowed, At(quota.limit, resource, kNone)});
    }
    return kNone;
  }

  void CheckPromises(size_t i) {
    for (const auto& [key, sum] : promised_[i]) {
      const auto& [flavor, resource] = key;
      const int64_t most = Most(i, flavor, resource);
      if (sum <= most) continue;
      Conflict(
          i,
          absl::StrFormat("the queues below it are guaranteed %s %s%s, and it has %s to promise",
                          AmountText(resource, sum), base::Shown(resource), OfFlavor(flavor),
                          AmountText(resource, most)),
          "raise what it is guaranteed and its limit, or lower what they are guaranteed");
    }
  }

  void CheckLocalQueues() {
    std::set<std::pair<std::string, std::string>> seen;
    for (const ImportedLocalQueue& local : imported_.local_queues) {
      ObjectReport& report = imported_.reports[local.source];
      if (!IsObjectName(local.name))
        report.Add(Verdict::kConflict, "metadata.name", "expected the name of an object");
      if (!seen.emplace(local.ns, local.name).second)
        report.Add(Verdict::kConflict, "", "it is there twice", "import one of them");
    }
  }

  Imported& imported_;
  const Numbers numbers_;
  const std::vector<size_t> depths_;
  // By queue, to those below it, by flavor and resource.
  std::vector<std::map<std::pair<std::string, std::string>, int64_t>> promised_;
};

}  // namespace

void CheckQueues(Imported& imported) { Checker(imported).Run(); }

void SortByDepth(Imported& imported) {
  const std::vector<size_t> depths = Depths(imported, NumbersOf(imported));
  std::vector<size_t> order(depths.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&depths](size_t a, size_t b) { return depths[a] < depths[b]; });
  std::vector<ImportedQueue> sorted;
  sorted.reserve(order.size());
  for (const size_t i : order) sorted.push_back(std::move(imported.queues[i]));
  imported.queues = std::move(sorted);
}

}  // namespace tutti::importer
