#include "gpu_best_fit.h"

#include <algorithm>

namespace tutti::plugins {

const PluginDescriptor& GpuBestFit::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "GpuBestFit", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<GpuBestFit>(config, host);
      }};
  return kDescriptor;
}

GpuBestFit::GpuBestFit(Config& config, PluginHost& host)
    : scale_(NodeScale::From(config)), gpu_milli_(host.Resource(kDeviceMilli)) {}

int64_t GpuBestFit::Score(const CycleState&, const PodClassView& pod, const NodeView& node) const {
  const int64_t cpu = std::clamp<int64_t>(node.Free(kCpu) - pod.Requests(kCpu), 0, scale_.cpu);
  const int64_t gpu =
      std::clamp<int64_t>(node.Free(gpu_milli_) - pod.Requests(gpu_milli_), 0, scale_.gpu_milli);
  // Both shares over one denominator: rounded once, down.
  const int64_t whole = scale_.cpu * scale_.gpu_milli;
  const int64_t left = cpu * scale_.gpu_milli + gpu * scale_.cpu;  // of 2 * whole
  if (whole > INT64_MAX / 200) return kMaxNodeScore - left / (whole / 50);
  return (kMaxNodeScore * whole - 50 * left) / whole;
}

}  // namespace tutti::plugins
