#include "node_resources_fit.h"

#include <algorithm>
#include <string>

namespace tutti::plugins {

const PluginDescriptor& NodeResourcesFit::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "NodeResourcesFit", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<NodeResourcesFit>(config, host);
      }};
  return kDescriptor;
}

NodeResourcesFit::NodeResourcesFit(Config& config, PluginHost& host) {
  most_ = config.String("/scoringStrategy/type", "MostAllocated",
                        {"MostAllocated", "LeastAllocated"}) == "MostAllocated";
  const std::string list = "/scoringStrategy/resources";
  const size_t count = config.Size(list);
  for (size_t i = 0; i < count; ++i) {
    const std::string item = list + "/" + std::to_string(i);
    const std::string name = config.String(item + "/name", "");
    const int64_t weight = config.Integer(item + "/weight", 1, 1, 100);
    if (name.empty()) config.Fail(item + "/name", "expected the name of a resource");
    resources_.push_back({host.Resource(name), weight});
  }
  if (count == 0) resources_ = {{kCpu, 1}, {kMemory, 1}};
}

int64_t NodeResourcesFit::Score(const CycleState&, const PodClassView& pod,
                                const NodeView& node) const {
  int64_t sum = 0;
  int64_t weights = 0;
  for (const auto& [resource, weight] : resources_) {
    const int64_t whole = node.Allocatable(resource);
    if (whole <= 0) continue;
    const int64_t left =
        std::clamp<int64_t>(node.Free(resource) - pod.Requests(resource), 0, whole);
    // Memory times 100 may not fit into 64 bits: divide first where numbers are that large.
    const int64_t percent_left =
        whole > INT64_MAX / 100 ? left / (whole / 100) : left * 100 / whole;
    const int64_t share = std::min<int64_t>(percent_left, kMaxNodeScore);
    sum += weight * (most_ ? kMaxNodeScore - share : share);
    weights += weight;
  }
  return weights == 0 ? 0 : sum / weights;
}

}  // namespace tutti::plugins
