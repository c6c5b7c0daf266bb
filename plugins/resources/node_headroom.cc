#include "node_headroom.h"

#include <string>

namespace tutti::plugins {

const PluginDescriptor& NodeHeadroom::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "NodeHeadroom", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<NodeHeadroom>(config, host);
      }};
  return kDescriptor;
}

NodeHeadroom::NodeHeadroom(Config& config, PluginHost& host) {
  percent_ = config.Integer("/percent", 10, 0, 90);
  exempt_priority_ = config.Integer("/exemptPriority", 1'000'000, INT32_MIN, INT32_MAX);
  const size_t count = config.Size("/resources");
  for (size_t i = 0; i < count; ++i)
    resources_.push_back(host.Resource(config.String("/resources/" + std::to_string(i), "")));
  if (count == 0) resources_ = {kCpu, kMemory};
  too_full_ = host.Reason("NodeHeadroom", "the node would have less free than its headroom");
}

Status NodeHeadroom::PreFilter(CycleState&, const PodClassView& pod, const ClusterView&) const {
  return pod.priority >= exempt_priority_ ? Status::Skip() : Status::Success();
}

Status NodeHeadroom::Filter(const CycleState&, const PodClassView& pod,
                            const NodeView& node) const {
  for (const ResourceId resource : resources_) {
    const int64_t asked = pod.Requests(resource);
    const int64_t keep = node.Allocatable(resource) / 100 * percent_;
    if (asked > 0 && node.Free(resource) - asked < keep)
      return Status::Unschedulable(too_full_, keep + asked, node.Free(resource));
  }
  return Status::Success();
}

}  // namespace tutti::plugins
