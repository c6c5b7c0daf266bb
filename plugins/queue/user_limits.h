// UserLimits: what the gangs of one user may hold together, and how many of them may run.
//
// A queue's bounds count in it and in all queues below it. Gangs that name no user share one
// account in each namespace, so that leaving the label off lifts no limit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "part_accounts.h"
#include "queue_tree.h"
#include "tutti/gang_view.h"

namespace tutti::plugins {

bool BoundsUsers(const QueueSpec& spec);

// Whose account the gang's use goes to, as people read it: "user ada", "namespace team-a".
std::string UserAccountOf(const GangView& gang);

// Why that account may not hold so much more in the queue. `runs`: the gang that asks is counted as
// running already.
std::optional<QueueTree::Refusal> RefusesUser(const QueueTree& tree, const PartAccounts& users,
                                              QueueId queue, std::string_view account,
                                              const Amounts& more, bool runs);

}  // namespace tutti::plugins
