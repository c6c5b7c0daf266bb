// ArmadaGrouping: the gangs of Armada.
//
//   annotation armadaproject.io/gangId: which gang
//   annotation armadaproject.io/gangCardinality: the size
//
// Not heeded: gangNodeUniformityLabel, failFast. Armada keeps its queues outside the cluster.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class ArmadaGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "armada"; }
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::span<const MarkerRule> PodMarkers() const override;
};

}  // namespace tutti::gang
