#include "planner/gang_release.h"

#include <algorithm>
#include <utility>

namespace tutti::planner {

void ReleaseGang(GangBook& gangs, Gang& gang, const std::string& message, std::string detail) {
  const int64_t need = gang.min_member();
  gangs.GiveUp(gang);
  gang.satisfied = false;
  gangs.SetReason(gang, {model::ReasonCode::kPartialGangEvicted, need, gang.bound, {}},
                  std::move(detail));
  for (auto& [uid, member] : gang.members) {
    if (member.state == Member::State::kBound) gangs.Evict(member, message);
  }
}

void FollowLostMember(const CoreState& state, GangBook& gangs, Gang& gang) {
  if (!state.ready() || !gang.satisfied || gang.on_member_lost() != model::MemberLost::kRelease)
    return;
  if (gang.bound + gang.binding + gang.finished >= gang.min_member()) return;
  ReleaseGang(gangs, gang,
              "a member of the gang was lost, and the others are released with it "
              "(tutti.dev/on-member-lost)",
              "a member was lost");
}

bool BeingReleased(const CoreState& state, const Gang& gang) {
  if (gang.bound == 0 || state.evicting.empty()) return false;
  return std::any_of(gang.members.begin(), gang.members.end(), [&](const auto& entry) {
    return entry.second.state == Member::State::kBound && state.Evicting(entry.first);
  });
}

}  // namespace tutti::planner
