#include "planner/gang_release.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::planner {

bool WasWhole(const Gang& gang) {
  int64_t first_bound = std::numeric_limits<int64_t>::max();
  for (const auto& [uid, member] : gang.members) {
    if (member.runs() && member.pod->bound_seconds > 0)
      first_bound = std::min(first_bound, member.pod->bound_seconds);
  }
  if (first_bound == std::numeric_limits<int64_t>::max() || gang.min_member() <= 0) return false;
  // Nobody is bound before minMember exist: those who are not there any more have gone since.
  return !gang.WholeAmong(
      [&](const Member& member) { return member.pod->created_seconds <= first_bound; });
}

void ReleaseGang(GangBook& gangs, Gang& gang, const std::string& message, std::string detail) {
  gangs.GiveUp(gang, {model::ReasonCode::kPartialGangEvicted, gang.min_member(), gang.bound, {}},
               std::move(detail));
  gang.satisfied = false;
  for (auto& [uid, member] : gang.members) {
    if (member.state == Member::State::kBound) gangs.Evict(member, message);
  }
}

void FollowLostMember(const CoreState& state, GangBook& gangs, Gang& gang) {
  if (!state.ready() || !gang.satisfied || gang.on_member_lost() != model::MemberLost::kRelease)
    return;
  const bool enough = gang.min_member() <= 0 || gang.WholeAmong([](const Member& member) {
    return member.state == Member::State::kBound || member.state == Member::State::kBinding;
  });
  if (enough) return;
  ReleaseGang(gangs, gang,
              "a member of the gang was lost, and the others are released with it "
              "(tutti.dev/on-member-lost)",
              absl::StrFormat("a member was lost, and %d of %d are left: the others are evicted "
                              "(tutti.dev/on-member-lost: Release)",
                              gang.bound + gang.binding + gang.finished, gang.min_member()));
}

bool BeingReleased(const CoreState& state, const Gang& gang) {
  if (gang.bound == 0 || state.evicting.empty()) return false;
  return std::any_of(gang.members.begin(), gang.members.end(), [&](const auto& entry) {
    return entry.second.state == Member::State::kBound && state.Evicting(entry.first);
  });
}

}  // namespace tutti::planner
