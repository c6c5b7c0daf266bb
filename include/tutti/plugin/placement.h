// PlacementGenerate and PlacementScore: in which domain may a gang be placed, and in which best?
//
// Named as in the pod-group cycle of kube-scheduler. Without such a plugin the whole cluster is the
// only domain.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tutti/cycle_state.h"
#include "tutti/gang_view.h"
#include "tutti/plugin.h"
#include "tutti/status.h"

namespace tutti {

// At most one in a profile. Core thread; pure apart from `state`; must not block.
class PlacementGeneratePlugin : public virtual Plugin {
 public:
  // Appends candidate domains, the preferred ones first; they may overlap. At most
  // kMostDomains are looked at. Success with no domain: the gang fits nowhere; Skip: no wish, the
  // whole cluster will do; Unschedulable with a reason; Error: the gang is held. Where members have
  // nodes already (GangView::placed_on), only domains that hold all of these are looked at, unless
  // none does: those that come later stay with the others.
  static constexpr size_t kMostDomains = 4096;
  virtual Status PlacementGenerate(CycleState& state, const GangView& gang,
                                   const ClusterView& cluster,
                                   std::vector<Domain>& domains) const = 0;
};

// Of the domains in which the whole gang fits, the one with the highest weighted sum is taken;
// ties: the first generated. Core thread; pure; must not block.
class PlacementScorePlugin : public virtual Plugin {
 public:
  // kMinNodeScore to kMaxNodeScore (score.h).
  virtual int64_t PlacementScore(const CycleState& state, const GangView& gang,
                                 const PlacementView& placement,
                                 const ClusterView& cluster) const = 0;
};

}  // namespace tutti
