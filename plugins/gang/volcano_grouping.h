// VolcanoGrouping: the PodGroup of Volcano (scheduling.volcano.sh/v1beta1).
//
//   annotation scheduling.k8s.io/group-name, else scheduling.volcano.sh/group-name: which PodGroup
//   annotation or label volcano.sh/task-spec: the role
//   annotation scheduling.volcano.sh/queue-name: the queue
//   PodGroup spec.minMember, spec.minTaskMember (the roles), spec.queue,
//     spec.subGroupPolicy[]{name, subGroupSize, minSubGroups, labelSelector.matchLabels,
//     matchLabelKeys} (the groups)
//
// As in Volcano, minTaskMember counts only where minMember is not less than its sum. The groups of
// a policy are roles below the task that its labelSelector names; where one names none,
// minTaskMember does not count, as a pod has one role. A policy with matchExpressions is not
// heeded. Nor are minResources, networkTopology, priorityClassName.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class VolcanoGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "volcano"; }
  std::vector<ObjectKind> Watches() const override;
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override;
};

}  // namespace tutti::gang
