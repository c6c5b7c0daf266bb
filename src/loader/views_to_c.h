// Views as structs of the C ABI, for the host's side. Nothing of size is copied: each points into
// the view that it is made of and lives no longer.
#pragma once

#include <cstdint>
#include <vector>

#include "tutti/abi/convert.h"
#include "tutti/gang_view.h"
#include "tutti/placed_pod_view.h"
#include "tutti/plugin/cluster_event.h"
#include "tutti/plugin/post_filter.h"
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
          .class_count = classes_.size(),
          .placed_on = reinterpret_cast<const uint32_t*>(gang.placed_on.data()),
          .placed_on_count = gang.placed_on.size(),
          .queue = abi::ToC(gang.queue),
          .duration_ns = gang.duration.count(),
          .user = abi::ToC(gang.user)};
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

inline tutti_gang_diagnosis ToC(const GangDiagnosis& diagnosis) {
  return {.struct_size = sizeof(tutti_gang_diagnosis),
          .resource = diagnosis.resource.value,
          .reserved = 0,
          .code = abi::ToC(diagnosis.code),
          .need = diagnosis.need,
          .have = diagnosis.have};
}

inline tutti_placed_pod ToC(const PlacedPodView& pod) {
  return {
      .struct_size = sizeof(tutti_placed_pod),
      .priority = pod.priority,
      .uid = abi::ToC(pod.uid),
      .namespace_name = abi::ToC(pod.namespace_name),
      .name = abi::ToC(pod.name),
      .gang = abi::ToC(pod.gang),
      .gang_arrival = pod.gang_arrival,
      .flags = (pod.leaving ? TUTTI_POD_LEAVING : 0) | (pod.evictable ? TUTTI_POD_EVICTABLE : 0),
      .node = pod.node.value,
      .node_name = abi::ToC(pod.node_name),
      .bound_since_s = pod.bound_since.count(),
      .requests = reinterpret_cast<const tutti_request*>(pod.requests.data()),
      .request_count = pod.requests.size(),
      .fields = abi::ToC(pod.fields.data()),
      .field_count = pod.fields.size()};
}

// For the callback pods_on.
class BoundPodsToC {
 public:
  explicit BoundPodsToC(const BoundPods& pods) : pods_(pods) {}
  BoundPodsToC(const BoundPodsToC&) = delete;
  BoundPodsToC& operator=(const BoundPodsToC&) = delete;
  const tutti_bound_pods* c() const { return reinterpret_cast<const tutti_bound_pods*>(this); }

  static const tutti_placed_pod* On(const tutti_bound_pods* pods, uint32_t node, size_t* count) {
    const auto& of = *reinterpret_cast<const BoundPodsToC*>(pods);
    of.c_.clear();
    for (const PlacedPodView& pod : of.pods_.On(NodeIndex(node))) of.c_.push_back(ToC(pod));
    *count = of.c_.size();
    return of.c_.data();
  }

 private:
  const BoundPods& pods_;
  mutable std::vector<tutti_placed_pod> c_;  // what the last answer points to
};

class ClusterEventToC {
 public:
  explicit ClusterEventToC(const ClusterEventView& event)
      : gang_(event.gang == nullptr ? GangView() : *event.gang) {
    c_ = {};
    c_.struct_size = sizeof c_;
    c_.kind = static_cast<uint32_t>(event.kind);
    c_.was_reserved = event.was_reserved ? 1 : 0;
    if (event.node != nullptr) {
      block_ = ToC(event.node->block());
      c_.block = &block_;
      c_.offset = event.node->offset();
    }
    if (event.pod != nullptr) {
      pod_ = ToC(*event.pod);
      c_.pod = &pod_;
    }
    if (event.gang != nullptr) c_.gang = gang_.c();
  }
  ClusterEventToC(const ClusterEventToC&) = delete;
  ClusterEventToC& operator=(const ClusterEventToC&) = delete;
  const tutti_cluster_event* c() const { return &c_; }

 private:
  tutti_node_block block_ = {};
  tutti_placed_pod pod_ = {};
  GangToC gang_;
  tutti_cluster_event c_;
};

}  // namespace tutti::loader
