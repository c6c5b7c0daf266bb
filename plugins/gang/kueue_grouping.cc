#include "kueue_grouping.h"

#include "marker_values.h"

namespace tutti::gang {

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

}  // namespace tutti::gang
