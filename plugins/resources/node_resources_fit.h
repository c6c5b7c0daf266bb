// NodeResourcesFit: scores a node by how full it would be.
//
// Assumptions: resources that matter are the same on all nodes that are compared.
// Rule, as kube-scheduler's plugin of this name: for each configured resource that the node has,
// the share that would be taken once the pod is there, 0 to 100; their weighted mean.
//   MostAllocated (default): fuller is better: packs, and leaves whole nodes free.
//   LeastAllocated: emptier is better: spreads.
#pragma once

#include <vector>

#include "tutti/plugin/score.h"

namespace tutti::plugins {

class NodeResourcesFit final : public ScorePlugin {
 public:
  static const PluginDescriptor& Descriptor();

  NodeResourcesFit(Config& config, PluginHost& host);
  int64_t Score(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  bool IsNodeLocal() const override { return true; }

 private:
  struct Weighted {
    ResourceId resource;
    int64_t weight;
  };
  std::vector<Weighted> resources_;
  bool most_ = true;
};

}  // namespace tutti::plugins
