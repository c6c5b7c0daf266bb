// BoundPodIndex: the pods of each node.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "planner/core_state.h"
#include "tutti/placed_pod_view.h"

namespace tutti::planner {

// Views are made for the node that is asked for, not before. A record that is entered stays where
// it is until it is removed.
class BoundPodIndex final : public BoundPods {
 public:
  explicit BoundPodIndex(const CoreState& state) : s_(state) {}

  void Add(const PodRecord& record) { by_node_[record.info.node_name].push_back(&record); }
  // The record still names the node that it was entered with.
  void Remove(const PodRecord& record) {
    const auto it = by_node_.find(record.info.node_name);
    if (it == by_node_.end()) return;
    std::erase(it->second, &record);
    if (it->second.empty()) by_node_.erase(it);
  }

  std::span<const PlacedPodView> On(NodeIndex node) const override;
  // In no order.
  std::span<const PodRecord* const> RecordsOn(const std::string& node) const {
    const auto it = by_node_.find(node);
    return it == by_node_.end() ? std::span<const PodRecord* const>() : it->second;
  }

 private:
  const CoreState& s_;
  absl::flat_hash_map<std::string, std::vector<const PodRecord*>> by_node_;
  // What the last answer points to.
  mutable std::vector<PlacedPodView> views_;
  mutable std::vector<std::vector<std::string_view>> fields_;
};

}  // namespace tutti::planner
