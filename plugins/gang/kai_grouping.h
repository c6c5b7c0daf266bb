// KaiGrouping: the PodGroup of the KAI scheduler (scheduling.run.ai/v2alpha2).
//
//   annotation pod-group-name: which PodGroup
//   label kai.scheduler/subgroup-name: the role
//   label kai.scheduler/queue: the queue
//   PodGroup spec.minMember, spec.minSubGroup, spec.queue,
//     spec.subGroups[]{name, minMember, minSubGroup, parent}
//
// Pods name only the subgroup right above them, which is unique in the PodGroup; the roles are the
// paths of subgroups. One without minMember that has none below it needs one pod. Topology
// constraints, preemptibility and the delays are not heeded.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class KaiGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "kai"; }
  std::vector<ObjectKind> Watches() const override;
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override;
};

}  // namespace tutti::gang
