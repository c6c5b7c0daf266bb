// DomainChooser: the domains that PlacementGenerate offers a gang, and what PlacementScore says of
// them.
#pragma once

#include <cstdint>
#include <vector>

#include "framework/cluster_views.h"
#include "framework/plugins.h"
#include "model/node_table.h"
#include "model/reason.h"

namespace tutti::planner {

class DomainChooser {
 public:
  DomainChooser(const framework::Plugins& plugins, const model::NodeTable& nodes,
                const TextTable& texts)
      : plugins_(plugins), nodes_(nodes), views_(texts) {}

  // False: nobody restricts the gang, the whole cluster will do. Where members have nodes already,
  // only domains that hold all of these are left, unless none does.
  bool Generate(const GangView& gang);
  // In the order of preference; empty: refusal() says why.
  const std::vector<Domain>& domains() const { return domains_; }
  model::Reason refusal() const { return refusal_; }

  bool scores() const { return !plugins_.profile->placement_scores().empty(); }
  // The weighted sum; a plugin that fails scores nothing.
  int64_t Score(const GangView& gang, const Domain& domain,
                const std::vector<std::vector<NodeIndex>>& nodes);

  static bool Has(const Domain& domain, NodeIndex node) {
    return BlockOf(node) < domain.nodes.size() && domain.nodes[BlockOf(node)].Has(OffsetOf(node));
  }

 private:
  void StayAtHome(const GangView& gang);

  const framework::Plugins& plugins_;
  const model::NodeTable& nodes_;
  framework::ClusterViews views_;
  std::vector<CycleState> states_;  // by plugin
  std::vector<Domain> domains_;
  model::Reason refusal_;
};

}  // namespace tutti::planner
