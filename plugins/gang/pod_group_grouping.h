// PodGroupGrouping: the PodGroup of scheduler-plugins (scheduling.x-k8s.io/v1alpha1), named by the
// label scheduling.x-k8s.io/pod-group; and the older labels
// pod-group.scheduling.sigs.k8s.io/{name,min-available}, which need no object. The queue:
// tutti.dev/queue on the PodGroup, else on the pods.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class PodGroupGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "scheduling-x-k8s-io"; }
  std::vector<ObjectKind> Watches() const override;
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override;
  std::span<const MarkerRule> PodMarkers() const override;
  std::span<const MarkerRule> ObjectMarkers() const override;
};

}  // namespace tutti::gang
