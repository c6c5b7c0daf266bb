#include "framework/gang_points.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::framework {
namespace {

bool IsRefusal(const Status& status) {
  return status.code() == Code::kPending || status.code() == Code::kUnschedulable ||
         status.code() == Code::kUnschedulableAndUnresolvable;
}

std::string WrongVictims(std::vector<PodUid> victims, const GangPoints::CheckVictim& check) {
  if (victims.size() > SelectVictimsPlugin::kMostVictims) {
    return absl::StrFormat("SelectVictims gave %d pods: expected at most %d", victims.size(),
                           SelectVictimsPlugin::kMostVictims);
  }
  std::sort(victims.begin(), victims.end());
  if (std::adjacent_find(victims.begin(), victims.end()) != victims.end())
    return "SelectVictims gave a pod twice";
  for (const PodUid& victim : victims) {
    if (std::string wrong = check(victim); !wrong.empty()) return "SelectVictims gave " + wrong;
  }
  return {};
}

}  // namespace

Status GangPoints::Reserve(const GangView& gang, const PlacementView& placement,
                           const ClusterView& cluster) const {
  for (size_t i = 0; i < Of().reserves().size(); ++i) {
    const auto& at = Of().reserves()[i];
    Status status = Ask(at.plugin, "Reserve", [&] {
      Status answer = at.point->Reserve(gang, placement, cluster);
      const bool known = answer.ok() || IsRefusal(answer) || answer.code() == Code::kError;
      return known ? answer
                   : WrongCode("Reserve", answer,
                               "Success, Pending, Unschedulable, UnschedulableAndUnresolvable or "
                               "Error");
    });
    if (status.ok()) continue;
    if (status.code() == Code::kError && Of().Skips(at.plugin, /*by_default=*/false)) continue;
    UnreserveFirst(i, gang, placement);
    return status;
  }
  return Status::Success();
}

void GangPoints::ReserveAgain(const GangView& gang, const PlacementView& placement,
                              const ClusterView& cluster) const {
  for (const auto& at : Of().reserves()) {
    static_cast<void>(Ask(at.plugin, "Reserve", [&] {
      at.point->ReserveAgain(gang, placement, cluster);
      return Status::Success();
    }));
  }
}

void GangPoints::Unreserve(const GangView& gang, const PlacementView& placement) const {
  UnreserveFirst(Of().reserves().size(), gang, placement);
}

void GangPoints::UnreserveFirst(size_t count, const GangView& gang,
                                const PlacementView& placement) const {
  for (size_t i = count; i-- > 0;) {
    const auto& at = Of().reserves()[i];
    const Status told = Ask(at.plugin, "Unreserve", [&] {
      at.point->Unreserve(gang, placement);
      return Status::Success();
    });
    static_cast<void>(told);  // has been reported; there is nothing else to be done
  }
}

PostFilterVerdict GangPoints::PostFilter(const GangView& gang, const GangDiagnosis& diagnosis,
                                         const ClusterView& cluster) const {
  PostFilterVerdict verdict;
  for (const auto& at : Of().post_filters()) {
    Nomination nomination;
    Status status = Ask(at.plugin, "PostFilter", [&] {
      Status answer = at.point->PostFilter(gang, diagnosis, cluster, nomination);
      return answer.code() == Code::kWait ? WrongCode("PostFilter", answer,
                                                      "Success, Skip, Pending, Unschedulable, "
                                                      "UnschedulableAndUnresolvable or Error")
                                          : answer;
    });
    if (status.code() == Code::kError && Of().Skips(at.plugin, /*by_default=*/true)) continue;
    if (status.ok() && verdict.nomination.nodes.empty()) verdict.nomination = std::move(nomination);
    const bool speaks = IsRefusal(status) || status.code() == Code::kError;
    if (speaks && verdict.status.ok()) verdict.status = std::move(status);
  }
  return verdict;
}

std::vector<PodUid> GangPoints::SelectVictims(const GangView& gang, const GangDiagnosis& diagnosis,
                                              const ClusterView& cluster, const BoundPods& pods,
                                              const CheckVictim& check) const {
  for (const auto& at : Of().select_victims()) {
    std::vector<PodUid> victims;
    const Status status = Ask(at.plugin, "SelectVictims", [&] {
      Status answer = at.point->SelectVictims(gang, diagnosis, cluster, pods, victims);
      if (!answer.ok() && answer.code() != Code::kSkip && answer.code() != Code::kError)
        return WrongCode("SelectVictims", answer, "Success, Skip or Error");
      if (!answer.ok()) return answer;
      const std::string wrong = WrongVictims(victims, check);
      return wrong.empty() ? Status::Success() : Status::Error(wrong);
    });
    if (status.ok() && !victims.empty()) return victims;
  }
  return {};
}

}  // namespace tutti::framework
