#include "user_limits.h"

#include <algorithm>

namespace tutti::plugins {

bool BoundsUsers(const QueueSpec& spec) {
  return !spec.user_limit.empty() || spec.max_gangs_of_user > 0;
}

std::string UserAccountOf(const GangView& gang) {
  return gang.user.empty() ? "namespace " + std::string(gang.namespace_name)
                           : "user " + std::string(gang.user);
}

std::optional<QueueTree::Refusal> RefusesUser(const QueueTree& tree, const PartAccounts& users,
                                              QueueId queue, std::string_view account,
                                              const Amounts& more, bool runs) {
  using Refusal = QueueTree::Refusal;
  std::optional<Refusal> first;
  for (std::optional<QueueId> at = queue; at; at = tree.parent(*at)) {
    const QueueSpec& spec = tree.spec(*at);
    if (!BoundsUsers(spec)) continue;
    const PartAccounts::Held& held = users.Of(*at, account);
    for (const auto& [resource, amount] : more) {
      const int64_t most = AmountOf(spec.user_limit, resource, INT64_MAX);
      // What can never be is worth more than what is not now.
      if (amount > most) return Refusal{Refusal::Why::kAboveLimit, *at, resource, amount, most};
      const int64_t left = most - AmountOf(held.amounts, resource);
      if (!first && amount > left)
        first =
            Refusal{Refusal::Why::kOverLimit, *at, resource, amount, std::max<int64_t>(left, 0)};
    }
    if (!first && !runs && spec.max_gangs_of_user > 0 && held.gangs >= spec.max_gangs_of_user)
      first = Refusal{Refusal::Why::kTooMany, *at, {}, held.gangs + 1, spec.max_gangs_of_user};
  }
  return first;
}

}  // namespace tutti::plugins
