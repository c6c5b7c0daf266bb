#include "gpu_packing.h"

#include <algorithm>

namespace tutti::plugins {
namespace {

constexpr int64_t kHalf = kMaxNodeScore / 2;
constexpr int64_t kThird = kMaxNodeScore / 3;

}  // namespace

const PluginDescriptor& GpuPacking::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "GpuPacking", "1", [](Config&, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<GpuPacking>(host);
      }};
  return kDescriptor;
}

int64_t GpuPacking::Score(const CycleState&, const PodClassView& pod, const NodeView& node) const {
  const DeviceRequest request = devices_.Request(pod);
  if (!request.any()) return kMinNodeScore;
  const FreeDevices free = devices_.Free(node);
  const uint32_t idle = free.Fitting({1, kWholeDevice}).Count();
  if (idle == free.count) return std::max<int64_t>(kThird - idle, idle);
  int64_t idle_taken = 0;
  int64_t percent_free = 0;
  free.Tightest(request, free.Fitting(request)).ForEach([&](uint32_t device) {
    if (free.milli[device] >= kWholeDevice) ++idle_taken;
    percent_free += free.milli[device] * 100 / kWholeDevice;
  });
  if (idle_taken > 0) return std::max(kHalf - idle_taken, kThird);
  return std::max(kMaxNodeScore - percent_free / 10, kHalf);
}

}  // namespace tutti::plugins
