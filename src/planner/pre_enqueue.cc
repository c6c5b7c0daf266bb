#include "planner/pre_enqueue.h"

#include <string>
#include <utility>

namespace tutti::planner {
namespace {

using framework::Profile;

Status AskOne(const Profile& profile, const Profile::At<PreEnqueuePlugin>& at,
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

std::optional<PreEnqueue::Refusal> PreEnqueue::Ask(const Gang& gang, const GangCard* card) {
  if (card == nullptr || gang.secured() > 0) return std::nullopt;
  const Profile& profile = *s_.plugins.profile;
  if (profile.pre_enqueues().empty()) return std::nullopt;
  views_.Reset(s_.nodes.blocks());
  for (const auto& at : profile.pre_enqueues()) {
    const Status status = AskOne(profile, at, s_.plugins.on_failure, card->view(), views_.view());
    if (status.ok()) continue;
    const bool failed = status.code() == Code::kError;
    if (failed && profile.plugins()[at.plugin].on_error == framework::OnError::kSkip) continue;
    return Refusal{s_.plugins.ReasonOf(status), status.message(),
                   status.code() == Code::kUnschedulableAndUnresolvable};
  }
  return std::nullopt;
}

std::optional<PreEnqueue::Refusal> PreEnqueue::Hold(Gang& gang, const GangCard* card) {
  std::optional<Refusal> refusal = Ask(gang, card);
  if (refusal) gangs_.SetReason(gang, refusal->reason, refusal->detail);
  return refusal;
}

}  // namespace tutti::planner
