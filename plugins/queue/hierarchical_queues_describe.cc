// What people are told of the queues.
#include <algorithm>
#include <utility>

#include "hierarchical_queues.h"

namespace tutti::plugins {
namespace {

std::string_view StateName(QueueSpec::State state) {
  constexpr std::string_view kNames[] = {"Open", "Held", "Closed"};
  return kNames[static_cast<size_t>(state)];
}

// Of what it bounds, or promises, or holds.
std::vector<QueueAmount> AmountsOf(const QueueTree& tree, QueueId queue, size_t resources) {
  std::vector<QueueAmount> amounts;
  for (uint16_t r = 0; r < resources; ++r) {
    const ResourceId resource(r);
    const QueueAmount amount{resource, tree.used(queue, resource), tree.guaranteed(queue, resource),
                             tree.limit(queue, resource)};
    const bool named = amount.guaranteed > 0 || amount.limit != QueueAmount::kUnlimited;
    if (named || (amount.used != 0 && resource != kPods)) amounts.push_back(amount);
  }
  return amounts;
}

QueuePart PartOf(const std::string& name, const PartAccounts::Held& held, const PartBound& bound) {
  QueuePart part{name, {}, held.gangs, bound.max_gangs};
  const Amounts& named = bound.limit;
  for (const auto& [resource, amount] : held.amounts) {
    if (AmountOf(named, resource, -1) < 0 && resource != kPods)
      part.amounts.push_back({resource, amount, 0, QueueAmount::kUnlimited});
  }
  for (const auto& [resource, most] : named)
    part.amounts.push_back({resource, AmountOf(held.amounts, resource), 0, most});
  std::sort(part.amounts.begin(), part.amounts.end(),
            [](const QueueAmount& a, const QueueAmount& b) { return a.resource < b.resource; });
  return part;
}

// Of the bound that it is nearest to.
double Fill(const QueuePart& part) {
  double fill = part.most_running == 0
                    ? 0
                    : static_cast<double>(part.running) / static_cast<double>(part.most_running);
  for (const QueueAmount& amount : part.amounts) {
    if (amount.limit == QueueAmount::kUnlimited) continue;
    fill = std::max(fill, static_cast<double>(amount.used) /
                              static_cast<double>(std::max<int64_t>(amount.limit, 1)));
  }
  return fill;
}

}  // namespace

QueueDescription HierarchicalQueues::Describe(QueueId queue) const {
  Settle();
  QueueDescription description;
  const QueueSpec& spec = tree_.spec(queue);
  // Of a number that is no queue, not any more or not at all.
  if (spec.name.empty()) {
    description.name = queue == kNowhere ? "(none)" : "";
    description.state = "Closed";
    return description;
  }
  description.name = spec.name;
  description.parent = spec.parent;
  description.state = StateName(spec.state);
  description.problem = spec.problem.empty() ? catalog_.ProblemOfObject(queue) : spec.problem;
  description.generation = catalog_.GenerationOf(queue);
  description.leaf = tree_.leaf(queue);
  description.running = tree_.running(queue);
  description.share = tree_.Share(queue, host_.Now());
  description.amounts = AmountsOf(tree_, queue, tree_.resources());
  if (node_flavors_.any()) description.flavors = DescribeFlavors(queue);
  if (BoundsUsers(spec)) description.users = DescribeParts(PartKind::kUser, queue);
  if (BoundsGroups(spec)) description.groups = DescribeParts(PartKind::kGroup, queue);
  return description;
}

std::vector<QueuePart> HierarchicalQueues::DescribeFlavors(QueueId queue) const {
  const std::vector<std::string_view> listed = FlavorsFor(tree_, queue);
  std::vector<QueuePart> parts;
  const auto add = [&](std::string_view flavor, bool always) {
    const QueueTree* const tree = flavors_.Of(flavor);
    if (tree == nullptr) return;
    QueuePart part{std::string(flavor), AmountsOf(*tree, queue, tree_.resources()), 0, 0};
    if (always || !part.amounts.empty()) parts.push_back(std::move(part));
  };
  for (const std::string_view flavor : listed) add(flavor, true);
  for (const std::string& flavor : node_flavors_.Names()) {
    if (std::find(listed.begin(), listed.end(), flavor) == listed.end()) add(flavor, false);
  }
  return parts;
}

std::vector<QueuePart> HierarchicalQueues::DescribeParts(PartKind kind, QueueId queue) const {
  const PartAccounts& accounts = kind == PartKind::kUser ? users_ : groups_;
  std::vector<std::pair<double, QueuePart>> parts;
  for (const auto& [name, held] : accounts.PartsOf(queue)) {
    QueuePart part = PartOf(name, held, BoundOf(tree_.spec(queue), kind, name));
    const double fill = Fill(part);
    parts.emplace_back(fill, std::move(part));
  }
  // Those that are as near are told by name.
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (parts.size() > QueueDescription::kMostParts) parts.resize(QueueDescription::kMostParts);
  std::vector<QueuePart> nearest;
  for (auto& [fill, part] : parts) nearest.push_back(std::move(part));
  return nearest;
}

std::string HierarchicalQueues::ProblemOfHandle(const Status& status) const {
  if (status.ok()) return {};
  const ReasonId reason = status.reason();
  const std::string& detail = status.message();
  if (reason == reasons_.not_leaf) return detail + " has others below it: gangs wait in leaves";
  if (reason == reasons_.not_allowed) return detail + ": the queue is not for it";
  if (reason == reasons_.held) return detail + " is held";
  if (reason == reasons_.closed) return detail + " is closed";
  return detail;
}

std::vector<QueueHandle> HierarchicalQueues::Handles() const {
  Settle();
  std::vector<QueueHandle> handles;
  for (const auto& [of, local] : catalog_.locals()) {
    QueueHandle handle{of.first, of.second, local.queue, local.generation, true, {}};
    const QueueId queue = catalog_.Find(local.queue);
    handle.queue_found = queue != kNowhere;
    handle.problem = ProblemOfHandle(IsOpen(queue, of.first, local.queue));
    handles.push_back(std::move(handle));
  }
  return handles;
}

std::string HierarchicalQueues::HandleOf(const GangView& gang) const {
  const bool by_default = gang.queue.empty();
  if (by_default && catalog_.Of(gang.namespace_name) != kNowhere) return {};
  const std::string_view name = by_default ? kDefaultHandle : gang.queue;
  return catalog_.LocalOf(gang.namespace_name, name) == nullptr ? "" : std::string(name);
}

}  // namespace tutti::plugins
