// NameOrder: where each node's name stands among the names of all nodes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "model/node_table.h"

namespace tutti::planner {

// Sorts the names anew when a Node object has changed.
class NameOrder {
 public:
  explicit NameOrder(const model::NodeTable& nodes) : nodes_(nodes) {}

  int64_t Rank(model::NodeIndex node) {
    if (generation_ != nodes_.statics_generation()) Sort();
    return ranks_[node.value];
  }

 private:
  void Sort() {
    generation_ = nodes_.statics_generation();
    std::vector<std::pair<std::string_view, uint32_t>> names;
    for (uint32_t i = 0; i < nodes_.capacity(); ++i) {
      if (const model::NodeInfo* info = nodes_.Info(model::NodeIndex(i)))
        names.emplace_back(info->name, i);
    }
    std::sort(names.begin(), names.end());
    ranks_.assign(nodes_.capacity(), 0);
    for (uint32_t rank = 0; rank < names.size(); ++rank) ranks_[names[rank].second] = rank;
  }

  const model::NodeTable& nodes_;
  std::vector<uint32_t> ranks_;  // by NodeIndex
  uint64_t generation_ = ~uint64_t{0};
};

}  // namespace tutti::planner
