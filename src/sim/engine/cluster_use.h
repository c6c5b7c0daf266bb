// ClusterUse: what of each resource is in use, now and on the mean. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/numeric/int128.h"
#include "model/node_info.h"
#include "model/resource_table.h"

namespace tutti::sim {

// Nodes are spoken of by their place in the list.
class ClusterUse {
 public:
  ClusterUse(const std::vector<model::NodeInfo>& nodes, const model::ResourceTable& resources);

  // Times never decrease.
  void Take(size_t node, const model::ResourceList& amount, int64_t now_ms) {
    Change(node, amount, +1, now_ms);
  }
  void GiveBack(size_t node, const model::ResourceList& amount, int64_t now_ms) {
    Change(node, amount, -1, now_ms);
  }

  // CPU, memory and then the others by name; pods are left out where nothing else is.
  size_t resources() const { return columns_.size(); }
  const std::string& name(size_t resource) const { return columns_[resource].name; }
  double Share(size_t resource) const;
  // Over the time from 0 to `end_ms`.
  double MeanShare(size_t resource, int64_t end_ms) const;

  // Fragmentation: of all GPUs (of all CPU where there are none), the share that is free on nodes
  // that are partly in use, where no member can have it that wants a whole node.
  double Fragmentation() const;
  const std::string& scattered_resource() const { return columns_[scattered_].name; }

 private:
  struct Column {
    model::ResourceId id;
    std::string name;
    int64_t capacity = 0;
    int64_t used = 0;
    int64_t since_ms = 0;
    absl::int128 used_ms = 0;  // up to since_ms
  };

  void Change(size_t node, const model::ResourceList& amount, int sign, int64_t now_ms);
  int64_t Scattered(size_t node) const;

  std::vector<Column> columns_;
  size_t scattered_ = 0;
  std::vector<std::pair<int64_t, int64_t>> nodes_;  // of that resource: capacity, used
  int64_t free_on_used_ = 0;
};

}  // namespace tutti::sim
