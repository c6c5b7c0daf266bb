// GpuBestFit: the node that would be left with the least CPU and GPU.
//
// Rule (the BestFit policy of the openb experiments): what would be left free of CPU and of GPU,
// each as a share of the largest node's (`maxCpuMilli`, `maxGpuMilli`), half of either; nothing
// left scores 100, as much as the largest node has scores 0.
#pragma once

#include "node_scale.h"
#include "tutti/devices.h"
#include "tutti/plugin/score.h"

namespace tutti::plugins {

class GpuBestFit final : public ScorePlugin {
 public:
  static const PluginDescriptor& Descriptor();

  GpuBestFit(Config& config, PluginHost& host);
  int64_t Score(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  bool IsNodeLocal() const override { return true; }

 private:
  const NodeScale scale_;
  const ResourceId gpu_milli_;
};

}  // namespace tutti::plugins
