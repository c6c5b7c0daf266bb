// DeviceWorld: a CoreDriver whose nodes have devices.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "model/device_table.h"
#include "model/resource_table.h"
#include "tests/support/core_driver.h"

namespace tutti::testing {

struct DeviceResources {
  model::ResourceTable resources;
  model::DeviceTable devices = *model::DeviceTable::Make(resources, "nvidia.com/gpu", 8);

  planner::CoreOptions WithDevices(planner::CoreOptions options = {}) const {
    options.devices = devices;
    return options;
  }
};

// DeviceResources first: the core is made with them.
class DeviceWorld : public DeviceResources, public CoreDriver {
 public:
  explicit DeviceWorld(framework::Plugins plugins = {})
      : CoreDriver(WithDevices(), std::move(plugins)) {}

  model::NodeInfo DeviceNode(const std::string& name, int64_t count) const {
    model::NodeInfo node;
    node.name = name;
    node.allocatable = {{model::kCpu, 64'000}, {model::kPods, 110}, {devices.counted(), count}};
    devices.AddToNode(node.allocatable);
    return node;
  }
  void AddDeviceNode(const std::string& name, int64_t count) {
    Apply(model::NodeUpserted{DeviceNode(name, count)});
  }
  std::shared_ptr<const model::PodShape> DeviceShape(uint32_t count, int64_t milli,
                                                     int64_t cpu = 100) const {
    model::PodShape shape;
    shape.requests = {{model::kCpu, cpu}, {model::kPods, 1}};
    devices.SetRequest(shape.requests, {count, milli});
    return std::make_shared<const model::PodShape>(std::move(shape));
  }
  // A pod that asks for devices, a gang of its own.
  model::PodInfo DevicePod(const std::string& name, uint32_t count, int64_t milli) {
    return NewPod(name, name, 1, DeviceShape(count, milli));
  }
  // Plans, binds and shows it bound; what the Binding said of devices. "" where it is held.
  std::string Run(model::PodInfo& pod) {
    Show(pod);
    Pass();
    const std::string node = PlacedOn(pod);
    if (node.empty()) return "";
    Bind(pod, node);
    const auto binds = Take<model::BindPod>();
    if (binds.size() != 1) return "";
    pod.node_name = node;
    std::string index;
    for (const auto& [key, value] : binds[0].annotations) {
      if (key == model::kDeviceIndexAnnotation) index = value;
    }
    pod.devices = model::ParseDeviceIndex(index);
    Show(pod);
    Finish(binds[0].write, model::WriteOutcome::kDone);
    return index;
  }
  // "1000 700": free of each device.
  std::string FreeOn(const std::string& node) {
    const auto snapshot = core.Publish();
    const model::NodeIndex* const index = snapshot->directory.Find(node);
    if (index == nullptr) return "no such node";
    const model::FreeDevices free =
        devices.FreeOf(*snapshot->blocks[BlockOf(*index)], OffsetOf(*index));
    std::string text;
    for (uint32_t i = 0; i < free.count; ++i)
      text += (i == 0 ? "" : " ") + std::to_string(free.milli[i]);
    return text;
  }
};

}  // namespace tutti::testing
