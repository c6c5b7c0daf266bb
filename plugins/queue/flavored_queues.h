// FlavoredQueues: HierarchicalQueues where `flavors` are configured.
//
// Only then it says in which nodes a gang may be placed, which one plugin of a profile may, and
// which costs every gang more.
#pragma once

#include <vector>

#include "hierarchical_queues.h"
#include "tutti/plugin/placement.h"

namespace tutti::plugins {

class FlavoredQueues final : public HierarchicalQueues, public PlacementGeneratePlugin {
 public:
  FlavoredQueues(Config& config, PluginHost& host) : HierarchicalQueues(config, host) {}

  Status PlacementGenerate(CycleState&, const GangView& gang, const ClusterView&,
                           std::vector<Domain>& domains) const override {
    return FlavorDomains(gang, domains);
  }
};

}  // namespace tutti::plugins
