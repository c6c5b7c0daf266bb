// TopologyDomains: places a gang into one rack, or another domain that a node label names.
//
// Assumptions: labels are given from the narrowest level to the widest, and each domain of a level
// lies in one of the next. Nodes without a level's label belong to no domain of it.
// Rule: every domain of the narrowest level is a candidate, then those of the next; with
// `required` false the whole cluster comes last. Of the domains that the gang fits into, one of the
// narrowest level wins, and of these the one with the fewest nodes: large ones stay whole.
#pragma once

#include <string>
#include <vector>

#include "tutti/plugin/placement.h"
#include "tutti/plugin/score.h"

namespace tutti::plugins {

class TopologyDomains final : public PlacementGeneratePlugin {
 public:
  static const PluginDescriptor& Descriptor();

  TopologyDomains(Config& config, PluginHost& host);
  Status PlacementGenerate(CycleState& state, const GangView& gang, const ClusterView& cluster,
                           std::vector<Domain>& domains) const override;

 private:
  struct Level {
    std::string label;
    NodeField field;
  };
  void AddLevel(const Level& level, const ClusterView& cluster, std::vector<Domain>& domains) const;

  std::vector<Level> levels_;
  bool required_ = false;
  ReasonId no_domain_;
};

}  // namespace tutti::plugins
