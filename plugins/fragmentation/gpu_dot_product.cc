#include "gpu_dot_product.h"

#include <algorithm>

namespace tutti::plugins {
namespace {

double Share(int64_t amount, int64_t whole) {
  return static_cast<double>(std::clamp<int64_t>(amount, 0, whole)) / static_cast<double>(whole);
}

}  // namespace

const PluginDescriptor& GpuDotProduct::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "GpuDotProduct", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<GpuDotProduct>(config, host);
      }};
  return kDescriptor;
}

GpuDotProduct::GpuDotProduct(Config& config, PluginHost& host)
    : scale_(NodeScale::From(config)), gpu_milli_(host.Resource(kDeviceMilli)) {}

int64_t GpuDotProduct::Score(const CycleState&, const PodClassView& pod,
                             const NodeView& node) const {
  const double product =
      Share(node.Free(kCpu), scale_.cpu) * Share(pod.Requests(kCpu), scale_.cpu) +
      Share(node.Free(gpu_milli_), scale_.gpu_milli) *
          Share(pod.Requests(gpu_milli_), scale_.gpu_milli);
  return static_cast<int64_t>(static_cast<double>(kMaxNodeScore) * (1.0 - product / 2));
}

}  // namespace tutti::plugins
