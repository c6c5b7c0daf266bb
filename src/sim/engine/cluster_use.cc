#include "sim/engine/cluster_use.h"

#include <algorithm>
#include <map>

#include "sim/engine/pod_maker.h"

namespace tutti::sim {

ClusterUse::ClusterUse(const std::vector<model::NodeInfo>& nodes,
                       const model::ResourceTable& resources) {
  std::map<model::ResourceId, int64_t> capacity;
  for (const model::NodeInfo& node : nodes) {
    for (const auto& [id, amount] : node.allocatable.entries()) capacity[id] += amount;
  }
  for (const auto& [id, amount] : capacity) {
    if (id == model::kPods || amount <= 0) continue;
    const std::string name = id == model::kCpu      ? "cpu"
                             : id == model::kMemory ? "memory"
                                                    : resources.Name(id);
    columns_.push_back({id, name, amount});
  }
  if (columns_.empty()) columns_.push_back({model::kPods, "pods", capacity[model::kPods]});
  std::stable_sort(columns_.begin(), columns_.end(), [](const Column& a, const Column& b) {
    const auto rank = [](const Column& c) { return std::min<uint32_t>(c.id.value, 2); };
    return rank(a) != rank(b) ? rank(a) < rank(b) : rank(a) == 2 && a.name < b.name;
  });
  const auto gpu = std::find_if(columns_.begin(), columns_.end(),
                                [](const Column& c) { return c.name == kGpuResource; });
  if (gpu != columns_.end()) scattered_ = static_cast<size_t>(gpu - columns_.begin());
  for (const model::NodeInfo& node : nodes)
    nodes_.emplace_back(node.allocatable.Get(columns_[scattered_].id), 0);
}

int64_t ClusterUse::Scattered(size_t node) const {
  const auto& [capacity, used] = nodes_[node];
  return used > 0 ? std::max<int64_t>(capacity - used, 0) : 0;
}

void ClusterUse::Change(size_t node, const model::ResourceList& amount, int sign, int64_t now_ms) {
  for (Column& column : columns_) {
    const int64_t change = amount.Get(column.id);
    if (change == 0) continue;
    column.used_ms += absl::int128(column.used) * (now_ms - column.since_ms);
    column.since_ms = now_ms;
    column.used += sign * change;
  }
  free_on_used_ -= Scattered(node);
  nodes_[node].second += sign * amount.Get(columns_[scattered_].id);
  free_on_used_ += Scattered(node);
}

double ClusterUse::Share(size_t resource) const {
  const Column& column = columns_[resource];
  if (column.capacity == 0) return 0;
  return static_cast<double>(column.used) / static_cast<double>(column.capacity);
}

double ClusterUse::MeanShare(size_t resource, int64_t end_ms) const {
  const Column& column = columns_[resource];
  if (column.capacity == 0 || end_ms <= 0) return 0;
  const absl::int128 used_ms =
      column.used_ms + absl::int128(column.used) * (end_ms - column.since_ms);
  return static_cast<double>(used_ms) / static_cast<double>(column.capacity) /
         static_cast<double>(end_ms);
}

double ClusterUse::Fragmentation() const {
  const int64_t capacity = columns_[scattered_].capacity;
  if (capacity == 0) return 0;
  return static_cast<double>(free_on_used_) / static_cast<double>(capacity);
}

}  // namespace tutti::sim
