// DeviceReader: how many devices, or what share of one, a pod asks for.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/device_table.h"
#include "tutti/pod_view.h"

namespace tutti::objects {

struct DeviceAsk {
  model::DeviceRequest request;
  // Not empty: it asks, but wrongly. One sentence: fact, expectation, remedy.
  std::string problem;
};

// The first of these that the pod has: our annotations tutti.dev/gpu-milli and tutti.dev/gpu-count;
// alibabacloud.com/gpu-milli and gpu-count (open-gpu-share); gpu-fraction (KAI); its request of the
// counted resource, of which every unit is a whole device.
DeviceAsk ReadDevices(std::span<const PodView::Entry> annotations,
                      const model::ResourceList& requests, const model::DeviceTable& devices);

// The annotations by which a pod asks.
std::vector<std::string_view> DeviceAnnotations();

}  // namespace tutti::objects
