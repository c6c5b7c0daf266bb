// NativeGrouping: Kubernetes' own PodGroup (scheduling.k8s.io; 1.36 v1alpha2, 1.37 v1alpha3 and
// v1beta1), feature gate GenericWorkload. Pods name it in spec.schedulingGroup.podGroupName;
// spec.schedulingPolicy.gang.minCount is the size. Policy "basic" is no gang. The queue:
// tutti.dev/queue on the PodGroup, else on the pods.
//
// A CompositePodGroup (1.37 v1alpha3, feature gate of that name) makes one gang of the groups that
// name it in spec.parentCompositePodGroupName: spec.schedulingPolicy.gang.minGroupCount of them are
// needed, each whole; with policy "basic" none, but each is whole or waits.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class NativeGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "podgroup"; }
  std::vector<ObjectKind> Watches() const override;
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override;
  std::span<const MarkerRule> PodMarkers() const override;
  std::span<const MarkerRule> ObjectMarkers() const override;
};

}  // namespace tutti::gang
