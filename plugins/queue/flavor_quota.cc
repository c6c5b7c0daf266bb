#include "flavor_quota.h"

#include <algorithm>

namespace tutti::plugins {
namespace {

using Refusal = QueueTree::Refusal;

// Empty: those of any node.
std::span<const FlavorSpec> ListOf(const QueueTree& tree, QueueId queue) {
  for (std::optional<QueueId> at = queue; at; at = tree.parent(*at)) {
    if (ListsFlavors(tree.spec(*at))) return tree.spec(*at).flavors;
  }
  return {};
}

std::optional<Refusal> RefusesFlavor(const QueueTree& tree, const PartAccounts& flavors,
                                     QueueId queue, std::string_view flavor, const Amounts& more) {
  std::optional<Refusal> refusal;
  for (std::optional<QueueId> at = queue; at; at = tree.parent(*at)) {
    const std::vector<FlavorSpec>& listed = tree.spec(*at).flavors;
    const auto quota = std::find_if(listed.begin(), listed.end(),
                                    [&](const FlavorSpec& spec) { return spec.name == flavor; });
    if (quota == listed.end()) continue;
    const Amounts& held = flavors.Of(*at, flavor).amounts;
    for (const auto& [resource, amount] : more) {
      const int64_t most = AmountOf(quota->limit, resource, INT64_MAX);
      if (amount > most) return Refusal{Refusal::Why::kAboveLimit, *at, resource, amount, most};
      const int64_t left = most - AmountOf(held, resource);
      if (amount <= left) continue;
      // The highest queue counts: whatever ends below it may be what is waited for.
      if (!refusal || refusal->queue != *at)
        refusal =
            Refusal{Refusal::Why::kOverLimit, *at, resource, amount, std::max<int64_t>(left, 0)};
    }
  }
  return refusal;
}

}  // namespace

bool ListsFlavors(const QueueSpec& spec) { return !spec.flavors.empty(); }

FlavorChoice ChooseFlavors(const QueueTree& tree, const PartAccounts& flavors, QueueId queue,
                           std::string_view own, const Amounts& more) {
  FlavorChoice choice;
  const auto ask = [&](std::string_view flavor) {
    const std::optional<Refusal> refusal = RefusesFlavor(tree, flavors, queue, flavor, more);
    if (!refusal) return choice.open.push_back(flavor);
    const bool for_now = refusal->why == Refusal::Why::kOverLimit;
    if (for_now && (choice.full == QueueId() || tree.IsWithin(choice.full, refusal->queue)))
      choice.full = refusal->queue;
    const bool better =
        for_now && choice.refusal && choice.refusal->why == Refusal::Why::kAboveLimit;
    if (choice.refusal && !better) return;
    choice.refusal = refusal;
    choice.refused = flavor;
  };
  const std::span<const FlavorSpec> listed = ListOf(tree, queue);
  choice.any_node = listed.empty();
  if (choice.any_node) return choice;
  if (!own.empty()) {
    ask(own);
  } else {
    for (const FlavorSpec& flavor : listed) ask(flavor.name);
  }
  if (!choice.open.empty()) choice.refusal.reset();
  return choice;
}

}  // namespace tutti::plugins
