// GodelGrouping: the PodGroup of Gödel (scheduling.godel.kubewharf.io/v1alpha1).
//
//   annotation godel.bytedance.com/pod-group-name, else the label of that name: which PodGroup
//   PodGroup spec.minMember, spec.scheduleTimeoutSeconds
//
// Not heeded: affinity, priorityClassName, application.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class GodelGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "godel"; }
  std::vector<ObjectKind> Watches() const override;
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override;
  std::span<const MarkerRule> PodMarkers() const override;
  std::span<const MarkerRule> ObjectMarkers() const override;
};

}  // namespace tutti::gang
