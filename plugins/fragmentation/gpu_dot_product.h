// GpuDotProduct: the node whose free CPU and GPU are least alike to what the pod asks for.
//
// Rule (the DotProd policy of the openb experiments): the dot product of what the pod asks for and
// what the node has free, CPU and GPU each as a share of the largest node's (`maxCpuMilli`,
// `maxGpuMilli`); the smaller the product, the higher the score. Packs: full nodes have small
// vectors.
#pragma once

#include "node_scale.h"
#include "tutti/devices.h"
#include "tutti/plugin/score.h"

namespace tutti::plugins {

class GpuDotProduct final : public ScorePlugin {
 public:
  static const PluginDescriptor& Descriptor();

  GpuDotProduct(Config& config, PluginHost& host);
  int64_t Score(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  bool IsNodeLocal() const override { return true; }

 private:
  const NodeScale scale_;
  const ResourceId gpu_milli_;
};

}  // namespace tutti::plugins
