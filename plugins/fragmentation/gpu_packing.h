// GpuPacking: shared devices first, then used nodes, then idle ones.
//
// Rule (the GpuPacking policy of the openb experiments), for pods that ask for devices; the devices
// with least left are taken first:
//   only devices in use are needed: 100 less a tenth of what they have free in percent, at least 50
//   whole free devices of a node in use: 50 less their number, at least 33
//   a node without any device in use: 33 less its number of devices
// Pods that ask for none: all nodes score 0.
#pragma once

#include "tutti/devices.h"
#include "tutti/plugin/score.h"

namespace tutti::plugins {

class GpuPacking final : public ScorePlugin {
 public:
  static const PluginDescriptor& Descriptor();

  explicit GpuPacking(PluginHost& host) : devices_(host) {}
  int64_t Score(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  bool IsNodeLocal() const override { return true; }

 private:
  const DeviceColumns devices_;
};

}  // namespace tutti::plugins
