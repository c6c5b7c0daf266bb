// KueueGrouping: the plain pod groups of Kueue. Without its ClusterQueues: the pods are one gang.
//
//   label kueue.x-k8s.io/pod-group-name: which gang
//   annotation kueue.x-k8s.io/pod-group-total-count: the size
//   label kueue.x-k8s.io/queue-name: the queue
//
// Not heeded: pod-group-fast-admission (all pods are waited for), retriable-in-group, topology.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class KueueGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "kueue"; }
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::span<const MarkerRule> PodMarkers() const override;
};

}  // namespace tutti::gang
