// NodeHeadroom: keeps a share of every node free of what it judges, for whatever comes suddenly.
//
// Assumptions: the pods that the headroom is for are those of high priority, or of no gang at all
// and not shown to Tutti.
// Rule: a node is refused where less than `percent` of any of `resources` would be left. Pods of
// priority `exemptPriority` and above are not judged.
#pragma once

#include <vector>

#include "tutti/plugin/filter.h"

namespace tutti::plugins {

class NodeHeadroom final : public PreFilterPlugin, public FilterPlugin {
 public:
  static const PluginDescriptor& Descriptor();

  NodeHeadroom(Config& config, PluginHost& host);
  Status PreFilter(CycleState& state, const PodClassView& pod,
                   const ClusterView& cluster) const override;
  Status Filter(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;

 private:
  std::vector<ResourceId> resources_;
  int64_t percent_ = 0;
  int64_t exempt_priority_ = 0;
  ReasonId too_full_;
};

}  // namespace tutti::plugins
