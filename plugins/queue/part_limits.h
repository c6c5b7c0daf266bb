// PartLimits: what the gangs of one user, or of one group, may hold together, and how many of them
// may run.
//
// A queue's bounds count in it and in all queues below it. Gangs that name no user share one
// account in each namespace, and so do those that name no group: leaving the label off lifts no
// limit that is for everybody.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "part_accounts.h"
#include "queue_spec.h"
#include "queue_tree.h"

namespace tutti::plugins {

inline constexpr std::string_view kGroupLabel = "tutti.dev/group";  // of pods

enum class PartKind : uint8_t { kUser, kGroup };

bool BoundsUsers(const QueueSpec& spec);
bool BoundsGroups(const QueueSpec& spec);

// Whose account the use of gangs goes to that say they are this user's, or group's, as people read
// it: "user ada", "group vision"; where they name nobody "namespace team-a".
std::string AccountOf(PartKind kind, std::string_view name, std::string_view namespace_name);

const PartBound& BoundOf(const QueueSpec& spec, PartKind kind, std::string_view account);

// Why that account may not hold so much more in the queue. `runs`: the gang that asks is counted as
// running already.
std::optional<QueueTree::Refusal> RefusesPart(const QueueTree& tree, const PartAccounts& parts,
                                              PartKind kind, QueueId queue,
                                              std::string_view account, const Amounts& more,
                                              bool runs);

}  // namespace tutti::plugins
