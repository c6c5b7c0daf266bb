// KaiGrouping: the PodGroup of the KAI scheduler (scheduling.run.ai/v2alpha2).
//
//   annotation pod-group-name: which PodGroup
//   label kai.scheduler/subgroup-name: the role
//   label kai.scheduler/queue: the queue
//   PodGroup spec.minMember, spec.subGroups[]{name, minMember, parent}, spec.queue
//
// Pods name only the subgroup right above them, so the roles are the subgroups that have none below
// them, by their name, which is unique in the PodGroup; one without minMember needs one pod. Every
// one of them is needed: minSubGroup is not heeded. Nor are topology constraints, preemptibility
// and the delays.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class KaiGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "kai"; }
  std::vector<ObjectKind> Watches() const override;
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override;
  std::span<const MarkerRule> PodMarkers() const override;
  std::span<const MarkerRule> ObjectMarkers() const override;
};

}  // namespace tutti::gang
