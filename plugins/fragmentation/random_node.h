// RandomNode: any of the nodes that fit, each as likely as the others; of a device that is shared,
// any that fits. What others are measured against.
#pragma once

#include "tutti/plugin/device_select.h"
#include "tutti/plugin/score.h"

namespace tutti::plugins {

class RandomNode final : public ScorePlugin, public DeviceSelectPlugin {
 public:
  static const PluginDescriptor& Descriptor();

  int64_t Score(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  bool HasNormalizeScore() const override { return true; }
  // 100 for the one that drew the highest number, 0 for all others.
  void NormalizeScore(const CycleState& state, const PodClassView& pod,
                      std::span<int64_t> scores) const override;
  DeviceSet SelectDevices(const CycleState& state, const PodClassView& pod, const NodeView& node,
                          const DeviceRequest& request, const DeviceSet& fitting) const override;
};

}  // namespace tutti::plugins
