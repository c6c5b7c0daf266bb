#include "planner/gang_release.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/duration_text.h"

namespace tutti::planner {

bool WasWhole(const Gang& gang) {
  int64_t first_bound = std::numeric_limits<int64_t>::max();
  for (const auto& [uid, member] : gang.members) {
    if (member.runs() && member.pod->bound_seconds > 0)
      first_bound = std::min(first_bound, member.pod->bound_seconds);
  }
  if (first_bound == std::numeric_limits<int64_t>::max()) return false;
  // Nobody is bound before minMember exist: those who are not there any more have gone since.
  int there_then = gang.finished;
  for (const auto& [uid, member] : gang.members)
    there_then += member.pod->created_seconds <= first_bound ? 1 : 0;
  return there_then < gang.min_member();
}

void ReleaseGang(GangBook& gangs, Gang& gang, const model::Reason& reason,
                 const std::string& message, std::string detail) {
  gangs.GiveUp(gang, reason, std::move(detail));
  gang.satisfied = false;
  for (auto& [uid, member] : gang.members) {
    if (member.state == Member::State::kBound) gangs.Evict(member, message);
  }
}

void ReleasePartialGang(GangBook& gangs, Gang& gang, const std::string& message,
                        std::string detail) {
  ReleaseGang(gangs, gang,
              {model::ReasonCode::kPartialGangEvicted, gang.min_member(), gang.bound, {}}, message,
              std::move(detail));
}

void EvictOverdueGang(GangBook& gangs, Gang& gang) {
  gang.over = true;
  gang.run_deadline = base::Timestamp::Infinite();
  const std::string limit = base::FormatDuration(gang.run_limit.value_or(base::Duration(0)));
  ReleaseGang(
      gangs, gang, {model::ReasonCode::kMaxRunTimeExceeded, 0, 0, {}},
      absl::StrFormat("the gang has run for %s, as long as its queue lets it (maxRunTime), "
                      "and is evicted as a whole",
                      limit),
      absl::StrFormat("it has run for %s, as long as its queue lets it (maxRunTime): all its "
                      "pods are evicted",
                      limit));
}

void FollowLostMember(const CoreState& state, GangBook& gangs, Gang& gang) {
  if (!state.ready() || !gang.satisfied || gang.on_member_lost() != model::MemberLost::kRelease)
    return;
  if (gang.bound + gang.binding + gang.finished >= gang.min_member()) return;
  ReleasePartialGang(
      gangs, gang,
      "a member of the gang was lost, and the others are released with it "
      "(tutti.dev/on-member-lost)",
      absl::StrFormat("a member was lost, and %d of %d are left: the others are evicted "
                      "(tutti.dev/on-member-lost: Release)",
                      gang.bound + gang.binding + gang.finished, gang.min_member()));
}

bool BeingReleased(const CoreState& state, const Gang& gang) {
  if (gang.bound > 0 && gang.over) return true;
  if (gang.bound == 0 || state.evicting.empty()) return false;
  return std::any_of(gang.members.begin(), gang.members.end(), [&](const auto& entry) {
    return entry.second.state == Member::State::kBound && state.Evicting(entry.first);
  });
}

}  // namespace tutti::planner
