#include "gpu_clustering.h"

#include <algorithm>
#include <string>

namespace tutti::plugins {

const PluginDescriptor& GpuClustering::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "GpuClustering", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<GpuClustering>(config, host);
      }};
  return kDescriptor;
}

GpuClustering::GpuClustering(Config& config, PluginHost& host)
    : scale_(NodeScale::From(config)), gpu_milli_(host.Resource(kDeviceMilli)) {
  kinds_[0] = host.Resource(std::string(kDevicePodsPrefix) + "share");
  for (uint32_t i = 1; i < kinds_.size(); ++i)
    kinds_[i] = host.Resource(kDevicePodsPrefix + std::to_string(i));
}

int64_t GpuClustering::Score(const CycleState&, const PodClassView& pod,
                             const NodeView& node) const {
  const DeviceRequest request = DeviceRequest::OfTotal(pod.Requests(gpu_milli_));
  if (!request.any() || request.count > kMostDevices) return kMinNodeScore;
  const size_t own = request.share() ? 0 : request.count;
  int64_t kinds = 0;
  bool has_own = false;
  for (size_t kind = 0; kind < kinds_.size(); ++kind) {
    if (node.Allocatable(kinds_[kind]) - node.Free(kinds_[kind]) <= 0) continue;
    ++kinds;
    has_own = has_own || kind == own;
  }
  const int64_t left = std::clamp<int64_t>(node.Free(gpu_milli_), 0, scale_.gpu_milli);
  const int64_t fullness = 25 * (scale_.gpu_milli - left) / scale_.gpu_milli;
  if (has_own) return fullness + (kinds == 1 ? 75 : 50);
  return fullness + (kinds == 0 ? 25 : 0);
}

}  // namespace tutti::plugins
