// DeviceSelect: which devices of its node does a pod get?
#pragma once

#include "tutti/cycle_state.h"
#include "tutti/devices.h"
#include "tutti/plugin.h"
#include "tutti/views.h"

namespace tutti {

// Asked once for each member that asks for devices, after its node was chosen and before its room
// is taken. The first plugin of the configuration that has an answer decides; where none has, or
// its answer is none of those allowed (the plugin has failed then), the pod gets the devices with
// least left, FreeDevices::Tightest. Pure, as Score: any thread, several at once; must not block.
class DeviceSelectPlugin : public virtual Plugin {
 public:
  // `fitting`: the devices of the node with enough left, at least request.count of them.
  //   Exactly request.count of `fitting`; or none: nothing to say.
  virtual DeviceSet SelectDevices(const CycleState& state, const PodClassView& pod,
                                  const NodeView& node, const DeviceRequest& request,
                                  const DeviceSet& fitting) const = 0;
};

}  // namespace tutti
