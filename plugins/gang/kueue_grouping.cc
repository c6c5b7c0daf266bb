#include "kueue_grouping.h"

#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr auto kPodRules = JoinRules(
    std::array{LabelRule("kueue.x-k8s.io/pod-group-name", MarkerMeaning::kGang),
               AnnotationRule("kueue.x-k8s.io/pod-group-total-count", MarkerMeaning::kMinMember)},
    kOurQueueRules,
    std::array{
        LabelRule("kueue.x-k8s.io/queue-name", MarkerMeaning::kQueue),
        AnnotationRule("kueue.x-k8s.io/pod-group-fast-admission", MarkerMeaning::kNothing,
                       "all pods of the group are waited for"),
        AnnotationRule("kueue.x-k8s.io/retriable-in-group", MarkerMeaning::kNothing,
                       kOurMemberLost),
        LabelRule("kueue.x-k8s.io/priority-class", MarkerMeaning::kNothing, kPodsPriority),
        LabelRule("kueue.x-k8s.io/max-exec-time-seconds", MarkerMeaning::kNothing,
                  "activeDeadlineSeconds and annotation tutti.dev/expected-duration say how long "
                  "pods run"),
        AnnotationRule("kueue.x-k8s.io/podset-required-topology", MarkerMeaning::kNothing,
                       kOurTopology),
        AnnotationRule("kueue.x-k8s.io/podset-preferred-topology", MarkerMeaning::kNothing,
                       kOurTopology),
        AnnotationRule("kueue.x-k8s.io/podset-unconstrained-topology", MarkerMeaning::kNothing,
                       kOurTopology),
        AnnotationRule("kueue.x-k8s.io/podset-slice-required-topology", MarkerMeaning::kNothing,
                       kOurTopology),
        AnnotationRule("kueue.x-k8s.io/podset-slice-size", MarkerMeaning::kNothing, kOurTopology)});

}  // namespace

std::optional<GangMembership> KueueGrouping::GroupOf(const PodView& pod) const {
  const std::string_view group = pod.Label("kueue.x-k8s.io/pod-group-name");
  if (group.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = group;
  membership.display_name = group;
  membership.queue = QueueOf(pod, pod.Label("kueue.x-k8s.io/queue-name"));
  SetMinMember("annotation kueue.x-k8s.io/pod-group-total-count",
               pod.Annotation("kueue.x-k8s.io/pod-group-total-count"),
               "set it on every pod of the group", membership);
  return membership;
}

std::span<const MarkerRule> KueueGrouping::PodMarkers() const { return kPodRules; }

}  // namespace tutti::gang
