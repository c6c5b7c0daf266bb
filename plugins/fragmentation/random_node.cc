#include "random_node.h"

#include <algorithm>

namespace tutti::plugins {

const PluginDescriptor& RandomNode::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "RandomNode", "1", [](Config&, PluginHost&) -> std::unique_ptr<Plugin> {
        return std::make_unique<RandomNode>();
      }};
  return kDescriptor;
}

int64_t RandomNode::Score(const CycleState& state, const PodClassView&,
                          const NodeView& node) const {
  return static_cast<int64_t>(Mix(state.seed(), node.index().value) >> 1);
}

void RandomNode::NormalizeScore(const CycleState&, const PodClassView&,
                                std::span<int64_t> scores) const {
  const auto drawn = std::max_element(scores.begin(), scores.end());
  if (drawn == scores.end()) return;
  const auto chosen = drawn - scores.begin();
  std::fill(scores.begin(), scores.end(), kMinNodeScore);
  scores[static_cast<size_t>(chosen)] = kMaxNodeScore;
}

DeviceSet RandomNode::SelectDevices(const CycleState& state, const PodClassView&,
                                    const NodeView& node, const DeviceRequest& request,
                                    const DeviceSet& fitting) const {
  DeviceSet selected;
  if (!request.share()) return selected;
  uint64_t skip = Mix(state.seed(), ~uint64_t{node.index().value}) % fitting.Count();
  fitting.ForEach([&](uint32_t device) {
    if (skip-- == 0) selected.Add(device);
  });
  return selected;
}

}  // namespace tutti::plugins
