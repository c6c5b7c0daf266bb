// KoordinatorGrouping: the gangs of Koordinator, by PodGroup (scheduling.sigs.k8s.io/v1alpha1) or
// by annotations on the pods.
//
//   label pod-group.scheduling.sigs.k8s.io: which PodGroup (spec.minMember, scheduleTimeoutSeconds)
//   else annotations gang.scheduling.koordinator.sh/...
//     name, min-available, waiting-time ("600s")
//     groups: ["default/a", "default/b"]: gangs that start together or not at all
//   label quota.scheduling.koordinator.sh/name: the queue
//
// Gangs bundled by `groups` are one gang here, of which each is a role. They have to be of one
// namespace and marked on the pods; otherwise it is a problem, not a gang that starts without the
// others. Not heeded: total-number; mode (NonStrict is as Strict); match-policy (members count once
// they are placed, as with once-satisfied).
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class KoordinatorGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "koordinator"; }
  std::vector<ObjectKind> Watches() const override;
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override;
  std::span<const MarkerRule> PodMarkers() const override;
  std::span<const MarkerRule> ObjectMarkers() const override;
};

}  // namespace tutti::gang
