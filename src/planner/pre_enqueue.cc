#include "planner/pre_enqueue.h"

#include <string>

namespace tutti::planner {
namespace {

using framework::Profile;

Status Ask(const Profile& profile, const Profile::At<PreEnqueuePlugin>& at,
           const framework::OnPluginFailure& on_failure, const GangView& gang,
           const ClusterView& cluster) {
  return framework::Guarded(profile, at.plugin, "PreEnqueue", &on_failure, [&] {
    Status answer = at.point->PreEnqueue(gang, cluster);
    const bool known = answer.code() != Code::kWait && answer.code() != Code::kSkip;
    return known ? answer
                 : framework::WrongCode("PreEnqueue", answer,
                                        "Success, Pending, Unschedulable, "
                                        "UnschedulableAndUnresolvable or Error");
  });
}

}  // namespace

bool PreEnqueue::Admits(Gang& gang, const GangCard* card) {
  if (card == nullptr || gang.secured() > 0) return true;
  const Profile& profile = *s_.plugins.profile;
  if (profile.pre_enqueues().empty()) return true;
  views_.Reset(s_.nodes.blocks());
  for (const auto& at : profile.pre_enqueues()) {
    const Status status = Ask(profile, at, s_.plugins.on_failure, card->view(), views_.view());
    if (status.ok()) continue;
    const bool failed = status.code() == Code::kError;
    if (failed && profile.plugins()[at.plugin].on_error == framework::OnError::kSkip) continue;
    gangs_.SetReason(gang, s_.plugins.ReasonOf(status), status.message());
    return false;
  }
  return true;
}

}  // namespace tutti::planner
