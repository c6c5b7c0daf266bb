// Views over the structs of the C ABI, for the plugin's side.
//
// Each lives as long as the struct that it is made of, and stands still: not copied, not moved.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/abi/convert.h"
#include "tutti/gang_view.h"
#include "tutti/placed_pod_view.h"
#include "tutti/plugin/cluster_event.h"
#include "tutti/plugin/post_filter.h"
#include "tutti/views.h"

namespace tutti::abi {

// The texts where the host has them; copied only where the host's standard library lays out its
// string_view in another way.
inline const std::string_view* TextsOf(tutti_strings texts, std::size_t count,
                                       std::vector<std::string_view>& copies) {
  const StringViewLayout here = StringViewLayout::Here();
  if (texts.base == nullptr) return nullptr;
  if (texts.stride == sizeof(std::string_view) && texts.data_at == here.data_at &&
      texts.size_at == here.size_at) {
    return static_cast<const std::string_view*>(texts.base);
  }
  copies.reserve(count);
  for (std::size_t i = 0; i < count; ++i) copies.push_back(FromC(tutti_string_at(texts, i)));
  return copies.data();
}

inline PodClassView ViewOf(const tutti_pod_class& pod, std::vector<std::string_view>& copies) {
  PodClassView view;
  view.namespace_name = FromC(pod.namespace_name);
  view.gang = FromC(pod.gang);
  view.count = pod.count;
  view.priority = pod.priority;
  view.requests = {reinterpret_cast<const Request*>(pod.requests), pod.request_count};
  const std::string_view* fields = TextsOf(pod.fields, pod.field_count, copies);
  view.fields = {fields, fields == nullptr ? 0 : pod.field_count};
  return view;
}

inline NodeBlockView ViewOf(const tutti_node_block& block, const TextTable& texts,
                            std::vector<std::string_view>& copies) {
  NodeBlockView view;
  view.first = block.first;
  view.present = FromC(block.present);
  view.allocatable = {block.allocatable, block.allocatable_count};
  view.free = {block.free, block.free_count};
  view.fields = {reinterpret_cast<const TextId* const*>(block.fields), block.field_count};
  view.names = TextsOf(block.names, kNodesPerBlock, copies);
  view.texts = &texts;
  return view;
}

class PodFromC {
 public:
  explicit PodFromC(const tutti_pod_class& pod) : view_(ViewOf(pod, copies_)) {}
  PodFromC(const PodFromC&) = delete;
  PodFromC& operator=(const PodFromC&) = delete;
  const PodClassView& view() const { return view_; }

 private:
  std::vector<std::string_view> copies_;
  PodClassView view_;
};

class BlockFromC {
 public:
  BlockFromC(const tutti_node_block& block, const TextTable& texts)
      : view_(ViewOf(block, texts, copies_)) {}
  BlockFromC(const BlockFromC&) = delete;
  BlockFromC& operator=(const BlockFromC&) = delete;
  const NodeBlockView& view() const { return view_; }

 private:
  std::vector<std::string_view> copies_;
  NodeBlockView view_;
};

class ClusterFromC {
 public:
  ClusterFromC(const tutti_cluster& cluster, const TextTable& texts)
      : copies_(cluster.block_count) {
    blocks_.reserve(cluster.block_count);
    for (std::size_t b = 0; b < cluster.block_count; ++b)
      blocks_.push_back(ViewOf(*tutti_block_at(&cluster, b), texts, copies_[b]));
  }
  ClusterFromC(const ClusterFromC&) = delete;
  ClusterFromC& operator=(const ClusterFromC&) = delete;
  ClusterView view() const { return {blocks_}; }

 private:
  std::vector<std::vector<std::string_view>> copies_;  // by block
  std::vector<NodeBlockView> blocks_;
};

class GangFromC {
 public:
  explicit GangFromC(const tutti_gang& gang) : copies_(gang.class_count) {
    classes_.reserve(gang.class_count);
    for (std::size_t c = 0; c < gang.class_count; ++c)
      classes_.push_back(ViewOf(*tutti_class_at(&gang, c), copies_[c]));
    view_.namespace_name = FromC(gang.namespace_name);
    view_.name = FromC(gang.name);
    view_.dialect = FromC(gang.dialect);
    view_.priority = gang.priority;
    view_.arrival = gang.arrival;
    view_.created = std::chrono::nanoseconds(gang.created_ns);
    view_.min_member = gang.min_member;
    view_.members = gang.members;
    view_.bound = gang.bound;
    view_.classes = classes_;
    if (TUTTI_HAS(&gang, tutti_gang, placed_on_count)) {
      view_.placed_on = {reinterpret_cast<const NodeIndex*>(gang.placed_on), gang.placed_on_count};
    }
    if (TUTTI_HAS(&gang, tutti_gang, queue)) view_.queue = FromC(gang.queue);
    if (TUTTI_HAS(&gang, tutti_gang, duration_ns))
      view_.duration = std::chrono::nanoseconds(gang.duration_ns);
    if (TUTTI_HAS(&gang, tutti_gang, user)) view_.user = FromC(gang.user);
  }
  GangFromC(const GangFromC&) = delete;
  GangFromC& operator=(const GangFromC&) = delete;
  const GangView& view() const { return view_; }

 private:
  std::vector<std::vector<std::string_view>> copies_;  // by class
  std::vector<PodClassView> classes_;
  GangView view_;
};

class PlacementFromC {
 public:
  explicit PlacementFromC(const tutti_placement& placement) {
    for (std::size_t c = 0; c < placement.class_count; ++c) {
      const tutti_node_list& list = placement.nodes[c];
      nodes_.emplace_back(reinterpret_cast<const NodeIndex*>(list.nodes), list.count);
    }
    view_.nodes = nodes_;
    if (placement.has_domain == 0) return;
    domain_.name = std::string(FromC(placement.domain_name));
    for (std::size_t b = 0; b < placement.domain_blocks; ++b)
      domain_.nodes.push_back(FromC(placement.domain_nodes[b]));
    view_.domain = &domain_;
  }
  PlacementFromC(const PlacementFromC&) = delete;
  PlacementFromC& operator=(const PlacementFromC&) = delete;
  const PlacementView& view() const { return view_; }

 private:
  Domain domain_;
  std::vector<std::span<const NodeIndex>> nodes_;
  PlacementView view_;
};

inline GangDiagnosis ViewOf(const tutti_gang_diagnosis& diagnosis) {
  return {FromC(diagnosis.code), diagnosis.need, diagnosis.have, ResourceId(diagnosis.resource)};
}

inline PlacedPodView ViewOf(const tutti_placed_pod& pod, std::vector<std::string_view>& copies) {
  PlacedPodView view;
  view.uid = FromC(pod.uid);
  view.namespace_name = FromC(pod.namespace_name);
  view.name = FromC(pod.name);
  view.gang = FromC(pod.gang);
  view.gang_arrival = pod.gang_arrival;
  view.priority = pod.priority;
  view.leaving = (pod.flags & TUTTI_POD_LEAVING) != 0;
  view.evictable = (pod.flags & TUTTI_POD_EVICTABLE) != 0;
  view.node = NodeIndex(pod.node);
  view.node_name = FromC(pod.node_name);
  view.bound_since = std::chrono::seconds(pod.bound_since_s);
  view.requests = {reinterpret_cast<const Request*>(pod.requests), pod.request_count};
  const std::string_view* fields = TextsOf(pod.fields, pod.field_count, copies);
  view.fields = {fields, fields == nullptr ? 0 : pod.field_count};
  return view;
}

class PlacedPodFromC {
 public:
  explicit PlacedPodFromC(const tutti_placed_pod& pod) : view_(ViewOf(pod, copies_)) {}
  PlacedPodFromC(const PlacedPodFromC&) = delete;
  PlacedPodFromC& operator=(const PlacedPodFromC&) = delete;
  const PlacedPodView& view() const { return view_; }

 private:
  std::vector<std::string_view> copies_;
  PlacedPodView view_;
};

class BoundPodsFromC final : public BoundPods {
 public:
  BoundPodsFromC(const tutti_host& host, const tutti_bound_pods& pods) : host_(host), pods_(pods) {}

  std::span<const PlacedPodView> On(NodeIndex node) const override {
    std::size_t count = 0;
    const tutti_placed_pod* first = host_.pods_on(&pods_, node.value, &count);
    views_.clear();
    copies_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      copies_[i].clear();
      views_.push_back(ViewOf(*tutti_pod_at(first, i), copies_[i]));
    }
    return views_;
  }

 private:
  const tutti_host& host_;
  const tutti_bound_pods& pods_;
  mutable std::vector<std::vector<std::string_view>> copies_;  // by pod
  mutable std::vector<PlacedPodView> views_;
};

class ClusterEventFromC {
 public:
  ClusterEventFromC(const tutti_cluster_event& event, const TextTable& texts) {
    view_.kind = static_cast<ClusterEventKind>(event.kind);
    view_.was_reserved = event.was_reserved != 0;
    if (event.block != nullptr) {
      block_ = std::make_unique<BlockFromC>(*event.block, texts);
      node_ = std::make_unique<NodeView>(block_->view(), event.offset);
    }
    if (event.pod != nullptr) pod_ = std::make_unique<PlacedPodFromC>(*event.pod);
    if (event.gang != nullptr) gang_ = std::make_unique<GangFromC>(*event.gang);
    view_.node = node_.get();
    view_.pod = pod_ == nullptr ? nullptr : &pod_->view();
    view_.gang = gang_ == nullptr ? nullptr : &gang_->view();
  }
  ClusterEventFromC(const ClusterEventFromC&) = delete;
  ClusterEventFromC& operator=(const ClusterEventFromC&) = delete;
  const ClusterEventView& view() const { return view_; }

 private:
  std::unique_ptr<BlockFromC> block_;
  std::unique_ptr<NodeView> node_;
  std::unique_ptr<PlacedPodFromC> pod_;
  std::unique_ptr<GangFromC> gang_;
  ClusterEventView view_;
};

}  // namespace tutti::abi
