// What the API objects that make gangs have in common.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tutti/gang_grouping.h"

namespace tutti::gang {

// A number of pods in an API object, `least` to kMostMembers; `otherwise` where it is left out. If
// it is anything else: `least`, and the problem of `gang`.
int ReadCount(const ObjectView& object, const std::string& pointer, int least, int otherwise,
              GangObject& gang);

// How many members may have a node at once: annotation or label `tutti.dev/max-member` of the
// object. Wrong, or less than the gang needs: the problem of `gang`. `metadata` as in QueueOf.
void ReadMaxMember(const ObjectView& object, GangObject& gang,
                   std::string_view metadata = "/metadata");

// The PodGroup as scheduler-plugins, Volcano, KAI, Koordinator and Gödel have it: known by its
// name; spec.minMember (1 where left out) and spec.scheduleTimeoutSeconds. Its queue is the one of
// `tutti.dev/queue`, else spec.queue; ReadMaxMember.
GangObject ReadPodGroup(const ObjectView& object);

using RoleCounts = std::map<std::string, int64_t, std::less<>>;

// Makes `roles` the gang's roles, without those of 0, and its size at least what they add up to.
// False, and nothing set, where that is more than kMostMembers.
bool SetRoles(const RoleCounts& roles, GangSpec& spec);

}  // namespace tutti::gang
