#include "planner/bound_pod_index.h"

#include "planner/pod_card.h"

namespace tutti::planner {

std::span<const PlacedPodView> BoundPodIndex::On(NodeIndex node) const {
  views_.clear();
  const model::NodeInfo* info = s_.nodes.Info(node);
  if (info == nullptr) return views_;
  const auto it = by_node_.find(info->name);
  if (it == by_node_.end()) return views_;
  // In an order that does not hang on the one in which the pods came.
  std::vector<const PodRecord*> records = it->second;
  std::sort(records.begin(), records.end(),
            [](const PodRecord* a, const PodRecord* b) { return a->info.uid < b->info.uid; });
  fields_.resize(std::max(fields_.size(), records.size()));
  for (size_t i = 0; i < records.size(); ++i)
    views_.push_back(ViewOf(s_, *records[i], node, info->name, fields_[i]));
  return views_;
}

}  // namespace tutti::planner
