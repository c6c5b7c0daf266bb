#include "part_limits.h"

#include <algorithm>

namespace tutti::plugins {

bool BoundsUsers(const QueueSpec& spec) { return spec.of_user.any() || !spec.users.empty(); }
bool BoundsGroups(const QueueSpec& spec) { return spec.of_group.any() || !spec.groups.empty(); }

std::string AccountOf(PartKind kind, std::string_view name, std::string_view namespace_name) {
  if (name.empty()) return "namespace " + std::string(namespace_name);
  return (kind == PartKind::kUser ? "user " : "group ") + std::string(name);
}

const PartBound& BoundOf(const QueueSpec& spec, PartKind kind, std::string_view account) {
  const NamedBounds& named = kind == PartKind::kUser ? spec.users : spec.groups;
  const auto own = named.find(account);
  if (own != named.end()) return own->second;
  return kind == PartKind::kUser ? spec.of_user : spec.of_group;
}

std::optional<QueueTree::Refusal> RefusesPart(const QueueTree& tree, const PartAccounts& parts,
                                              PartKind kind, QueueId queue,
                                              std::string_view account, const Amounts& more,
                                              bool runs) {
  using Refusal = QueueTree::Refusal;
  std::optional<Refusal> first;
  for (std::optional<QueueId> at = queue; at; at = tree.parent(*at)) {
    const PartBound& bound = BoundOf(tree.spec(*at), kind, account);
    if (!bound.any()) continue;
    const PartAccounts::Held& held = parts.Of(*at, account);
    for (const auto& [resource, amount] : more) {
      const int64_t most = AmountOf(bound.limit, resource, INT64_MAX);
      // What can never be is worth more than what is not now.
      if (amount > most) return Refusal{Refusal::Why::kAboveLimit, *at, resource, amount, most};
      const int64_t left = most - AmountOf(held.amounts, resource);
      if (!first && amount > left)
        first =
            Refusal{Refusal::Why::kOverLimit, *at, resource, amount, std::max<int64_t>(left, 0)};
    }
    if (!first && !runs && bound.max_gangs > 0 && held.gangs >= bound.max_gangs)
      first = Refusal{Refusal::Why::kTooMany, *at, {}, held.gangs + 1, bound.max_gangs};
  }
  return first;
}

}  // namespace tutti::plugins
