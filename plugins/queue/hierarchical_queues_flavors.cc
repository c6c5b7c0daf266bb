// Flavors of nodes, where some are configured.
#include <utility>

#include "hierarchical_queues.h"

namespace tutti::plugins {
namespace {

std::optional<QueueRefusal> RefusalOf(const FlavorChoice& choice) {
  if (!choice.refusal) return std::nullopt;
  return QueueRefusal{QueueRefusal::Of::kFlavor, *choice.refusal,
                      "flavor " + std::string(choice.refused), choice.full};
}

}  // namespace

std::optional<QueueRefusal> HierarchicalQueues::FlavorRefuses(const GangView& gang, QueueId queue,
                                                              const Amounts& asked) const {
  return RefusalOf(ChooseFlavors(tree_, flavors_, queue, accounts_.FlavorOf(gang.arrival), asked));
}

std::vector<Reclaim::Claim> HierarchicalQueues::ClaimsOf(const GangView& gang,
                                                         QueueId queue) const {
  const Amounts asked = Asked(gang);
  std::vector<Reclaim::Claim> claims;
  std::vector<std::string_view> open;
  if (flavors_.active()) {
    FlavorChoice choice =
        ChooseFlavors(tree_, flavors_, queue, accounts_.FlavorOf(gang.arrival), asked);
    if (choice.refusal) return claims;
    open = std::move(choice.open);
  }
  for (const std::string_view flavor : open) {
    const QueueTree* const tree = flavors_.Of(flavor);
    const std::optional<QueueId> entitled =
        tree == nullptr ? std::nullopt : tree->Entitled(queue, asked);
    if (entitled)
      claims.push_back({flavor, *entitled, tree->GuaranteedOf(*entitled, asked), {flavor}});
  }
  if (const std::optional<QueueId> entitled = tree_.Entitled(queue, asked))
    claims.push_back({{}, *entitled, tree_.GuaranteedOf(*entitled, asked), std::move(open)});
  return claims;
}

Status HierarchicalQueues::FlavorDomains(const GangView& gang, std::vector<Domain>& domains) const {
  Settle();
  const QueueId queue = accounts_.HolderOf(gang.arrival).value_or(Named(gang));
  if (queue == kNowhere || !flavors_.active()) return Status::Skip();
  const Amounts asked = Asked(gang);
  const FlavorChoice choice =
      ChooseFlavors(tree_, flavors_, queue, accounts_.FlavorOf(gang.arrival), asked);
  if (choice.any_node) return Status::Skip();
  for (const std::string_view flavor : choice.open)
    domains.push_back(node_flavors_.DomainOf(flavor));
  if (!domains.empty()) return Status::Success();
  const QueueRefusal refusal = *RefusalOf(choice);
  const Status status = reasons_.Of(refusal, Called(refusal.why));
  return Status::Unschedulable(status.reason(), status.need(), status.have())
      .With(std::string(status.message()));
}

// What PlacementGenerate has offered is what the gang is placed on, unless its pods are pinned
// elsewhere.
Status HierarchicalQueues::MayUse(const GangView& gang, QueueId queue,
                                  std::string_view flavor) const {
  const FlavorChoice choice =
      ChooseFlavors(tree_, flavors_, queue, accounts_.FlavorOf(gang.arrival), Asked(gang));
  if (choice.any_node) return Status::Success();
  for (const std::string_view open : choice.open) {
    if (open == flavor) return Status::Success();
  }
  return Status::Pending(reasons_.flavor_mismatch)
      .With("queue " + tree_.spec(queue).name + ", nodes of " +
            (flavor.empty() ? "no flavor, or of several" : "flavor " + std::string(flavor)));
}

void HierarchicalQueues::PlaceBound(const PlacedPodView& pod) {
  if (!node_flavors_.any()) return;
  if (pod.node.valid()) {
    accounts_.Place(pod.gang_arrival, node_flavors_.Of(pod.node));
  } else {
    early_.emplace(pod.node_name, pod.gang_arrival);
  }
}

void HierarchicalQueues::FlavorOfNodeChanged(const NodeView& node, bool there) {
  if (!node_flavors_.any()) return;
  node_flavors_.NodeChanged(node, there);
  if (!there || early_.empty()) return;
  const auto begin = early_.lower_bound({std::string(node.name()), 0});
  auto it = begin;
  for (; it != early_.end() && it->first == node.name(); ++it)
    accounts_.Place(it->second, node_flavors_.Of(node.index()));
  early_.erase(begin, it);
}

}  // namespace tutti::plugins
