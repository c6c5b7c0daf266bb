// VolcanoGrouping: the PodGroup of Volcano (scheduling.volcano.sh/v1beta1).
//
//   annotation scheduling.k8s.io/group-name, else scheduling.volcano.sh/group-name: which PodGroup
//   annotation or label volcano.sh/task-spec: the role
//   annotation scheduling.volcano.sh/queue-name: the queue
//   PodGroup spec.minMember, spec.minTaskMember (the roles), spec.queue
//
// As in Volcano, minTaskMember counts only where minMember is not less than its sum. Not heeded:
// minResources, networkTopology, subGroupPolicy, priorityClassName.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class VolcanoGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "volcano"; }
  std::vector<ObjectKind> Watches() const override;
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override;
  std::span<const MarkerRule> PodMarkers() const override;
  std::span<const MarkerRule> ObjectMarkers() const override;
};

}  // namespace tutti::gang
