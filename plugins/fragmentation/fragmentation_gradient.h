// FragmentationGradient: where the pod makes the fewest free devices useless to the pods that
// usually come.
//
// Assumptions: what will come is like what came: `typicalPods`, each with its weight.
// Rule (Fragmentation Gradient Descent, Weng et al., USENIX ATC 2023): F is the free GPU of a node,
// in devices, that a typical pod can expect to be of no use to it; the node scores 100 times the
// sigmoid of F before less F after. A share goes to the device that scores best, the lowest of
// equals; whole devices are the lowest free ones.
#pragma once

#include <string>

#include "tutti/devices.h"
#include "tutti/plugin/device_select.h"
#include "tutti/plugin/score.h"
#include "typical_pods.h"

namespace tutti::plugins {

class FragmentationGradient final : public ScorePlugin, public DeviceSelectPlugin {
 public:
  static const PluginDescriptor& Descriptor();

  FragmentationGradient(Config& config, PluginHost& host);
  int64_t Score(const CycleState& state, const PodClassView& pod,
                const NodeView& node) const override;
  bool IsNodeLocal() const override { return true; }
  DeviceSet SelectDevices(const CycleState& state, const PodClassView& pod, const NodeView& node,
                          const DeviceRequest& request, const DeviceSet& fitting) const override;

 private:
  struct Choice {
    int64_t score = -1;
    uint32_t device = 0;
  };

  TypicalPods::Node Look(const NodeView& node, const FreeDevices& free) const;
  int64_t ScoreOf(int64_t fragments_before, int64_t fragments_after) const;
  // The best device for a share.
  Choice BestDevice(int64_t pod_cpu, const NodeView& node, const DeviceRequest& request,
                    const FreeDevices& free) const;

  const DeviceColumns devices_;
  const TypicalPods typical_;
  const NodeField model_;
};

}  // namespace tutti::plugins
