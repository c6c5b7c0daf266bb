// Views as structs of the C ABI, for the host's side. Nothing of size is copied: each points into
// the view that it is made of and lives no longer.
#pragma once

#include <cstdint>
#include <vector>

#include "tutti/abi/convert.h"
#include "tutti/gang_view.h"
#include "tutti/views.h"

namespace tutti::loader {

inline tutti_pod_class ToC(const PodClassView& pod) {
  return {.struct_size = sizeof(tutti_pod_class),
          .priority = pod.priority,
          .namespace_name = abi::ToC(pod.namespace_name),
          .gang = abi::ToC(pod.gang),
          .count = pod.count,
          .requests = reinterpret_cast<const tutti_request*>(pod.requests.data()),
          .request_count = pod.requests.size(),
          .fields = abi::ToC(pod.fields.data()),
          .field_count = pod.fields.size()};
}

inline tutti_node_block ToC(const NodeBlockView& block) {
  return {.struct_size = sizeof(tutti_node_block),
          .first = block.first,
          .present = abi::ToC(block.present),
          .allocatable = block.allocatable.data(),
          .allocatable_count = block.allocatable.size(),
          .free = block.free.data(),
          .free_count = block.free.size(),
          .fields = reinterpret_cast<const uint32_t* const*>(block.fields.data()),
          .field_count = block.fields.size(),
          .names = abi::ToC(block.names)};
}

class ClusterToC {
 public:
  explicit ClusterToC(const ClusterView& cluster) {
    blocks_.reserve(cluster.blocks.size());
    for (const NodeBlockView& block : cluster.blocks) blocks_.push_back(ToC(block));
    c_ = {.struct_size = sizeof c_,
          .reserved = 0,
          .blocks = blocks_.data(),
          .block_count = blocks_.size()};
  }
  ClusterToC(const ClusterToC&) = delete;
  ClusterToC& operator=(const ClusterToC&) = delete;
  const tutti_cluster* c() const { return &c_; }

 private:
  std::vector<tutti_node_block> blocks_;
  tutti_cluster c_;
};

class GangToC {
 public:
  explicit GangToC(const GangView& gang) {
    classes_.reserve(gang.classes.size());
    for (const PodClassView& pods : gang.classes) classes_.push_back(ToC(pods));
    c_ = {.struct_size = sizeof c_,
          .priority = gang.priority,
          .namespace_name = abi::ToC(gang.namespace_name),
          .name = abi::ToC(gang.name),
          .dialect = abi::ToC(gang.dialect),
          .arrival = gang.arrival,
          .created_ns = gang.created.count(),
          .min_member = gang.min_member,
          .members = gang.members,
          .bound = gang.bound,
          .classes = classes_.data(),
          .class_count = classes_.size()};
  }
  GangToC(const GangToC&) = delete;
  GangToC& operator=(const GangToC&) = delete;
  const tutti_gang* c() const { return &c_; }

 private:
  std::vector<tutti_pod_class> classes_;
  tutti_gang c_;
};

class PlacementToC {
 public:
  explicit PlacementToC(const PlacementView& placement) {
    nodes_.reserve(placement.nodes.size());
    for (const std::span<const NodeIndex> nodes : placement.nodes)
      nodes_.push_back({reinterpret_cast<const uint32_t*>(nodes.data()), nodes.size()});
    c_ = {};
    c_.struct_size = sizeof c_;
    c_.nodes = nodes_.data();
    c_.class_count = nodes_.size();
    if (placement.domain == nullptr) return;
    c_.has_domain = 1;
    c_.domain_name = abi::ToC(placement.domain->name);
    c_.domain_nodes = reinterpret_cast<const tutti_node_mask*>(placement.domain->nodes.data());
    c_.domain_blocks = placement.domain->nodes.size();
  }
  PlacementToC(const PlacementToC&) = delete;
  PlacementToC& operator=(const PlacementToC&) = delete;
  const tutti_placement* c() const { return &c_; }

 private:
  std::vector<tutti_node_list> nodes_;
  tutti_placement c_;
};

}  // namespace tutti::loader
