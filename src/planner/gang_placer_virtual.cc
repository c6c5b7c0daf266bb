// The part of GangPlacer that keeps virtual nodes for what fits nowhere else.
#include <algorithm>

#include "planner/gang_placer.h"

namespace tutti::planner {

using model::NodeIndex;

bool GangPlacer::ReachesVirtual(std::span<const MemberClass> classes) {
  if (nodes_.virtual_nodes().empty()) return false;
  return std::any_of(classes.begin(), classes.end(), [&](const MemberClass& wanted) {
    const EligibilityCache::Bits& bits = eligibility_.Of(wanted.shape, wanted.namespace_name);
    return std::any_of(
        nodes_.virtual_nodes().begin(), nodes_.virtual_nodes().end(),
        [&](NodeIndex node) { return (bits[node.value / 64] >> (node.value % 64) & 1) != 0; });
  });
}

Placement GangPlacer::RealFirst(std::span<const MemberClass> classes, View view,
                                const GangView* gang) {
  if (!ReachesVirtual(classes)) return InDomains(classes, view, gang);
  real_only_ = true;
  Placement placement = InDomains(classes, view, gang);
  real_only_ = false;
  return placement.fits ? placement : InDomains(classes, view, gang);
}

}  // namespace tutti::planner
