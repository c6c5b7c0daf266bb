// GpuClustering: pods of one kind together: those that share a device, those with one, two, ... of
// their own.
//
// Rule (the GpuClustering policy of the openb experiments), for pods that ask for devices: up to 25
// for how full the node's devices are, measured by the largest node (`maxGpuMilli`), and
//   75 where all pods with devices on the node are of the pod's kind
//   50 where some are
//   25 where there are none at all
//   0  where all are of other kinds
// Pods that ask for none: all nodes score 0.
#pragma once

#include <array>

#include "node_scale.h"
#include "tutti/devices.h"
#include "tutti/plugin/score.h"

namespace tutti::plugins {

class GpuClustering final : public ScorePlugin {
 public:
  static const PluginDescriptor& Descriptor();

  GpuClustering(Config& config, PluginHost& host);
  int64_t Score(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  bool IsNodeLocal() const override { return true; }

 private:
  const NodeScale scale_;
  const ResourceId gpu_milli_;
  std::array<ResourceId, kMostDevices + 1> kinds_;  // sharing, then by number of devices
};

}  // namespace tutti::plugins
