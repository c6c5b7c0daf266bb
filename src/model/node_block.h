// NodeBlock: 256 nodes as columns. A published block never changes; a change copies one block.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/strong_id.h"
#include "model/node_info.h"

namespace tutti::model {

using NodeIndex = base::StrongId<struct NodeTag>;

struct NodeBlock {
  static constexpr uint32_t kNodes = 256;
  using Column = std::array<int64_t, kNodes>;

  // What changes with a Node object, not with pods: shared between versions of the block.
  struct Statics {
    uint64_t epoch = 0;
    std::array<std::shared_ptr<const NodeInfo>, kNodes> infos;  // null: no such node
    std::vector<Column> allocatable;  // by ResourceId; a missing column is all zero
  };

  uint64_t epoch = 0;  // of the writer, when it made this copy
  std::shared_ptr<const Statics> statics;
  std::vector<Column> requested;  // by pods bound to the node
  std::vector<Column> placed;     // promised to members with a place, and to pods being bound
  std::vector<Column> for_head;   // kept for the head of the queue, which waits

  static int64_t At(const std::vector<Column>& columns, ResourceId resource, uint32_t offset) {
    return resource.value < columns.size() ? columns[resource.value][offset] : 0;
  }
  int64_t Allocatable(ResourceId resource, uint32_t offset) const {
    return At(statics->allocatable, resource, offset);
  }
  // May be negative: allocatable can shrink, and pods can be bound past us.
  int64_t Free(ResourceId resource, uint32_t offset) const {
    return Allocatable(resource, offset) - At(requested, resource, offset) -
           Reserved(resource, offset);
  }
  int64_t Reserved(ResourceId resource, uint32_t offset) const {
    return At(placed, resource, offset) + At(for_head, resource, offset);
  }
  bool AnyReserved() const { return !placed.empty() || !for_head.empty(); }
  // Whether a pod of no gang keeps off what is reserved. Room that is short for another reason is
  // kube-scheduler's to judge. `passes_head`: the pod matters more than the head.
  bool FitsBesideReservations(const ResourceList& requests, uint32_t offset,
                              bool passes_head) const {
    const auto kept = [&](ResourceId resource) {
      return At(placed, resource, offset) + (passes_head ? 0 : At(for_head, resource, offset));
    };
    // Whatever is reserved is so for a pod: most nodes are done with here.
    if (kept(kPods) == 0) return true;
    return std::all_of(requests.entries().begin(), requests.entries().end(), [&](const auto& entry) {
      const auto& [resource, amount] = entry;
      const int64_t left = Allocatable(resource, offset) - At(requested, resource, offset);
      return kept(resource) <= 0 || left - kept(resource) >= amount;
    });
  }
};

constexpr uint32_t BlockOf(NodeIndex node) { return node.value / NodeBlock::kNodes; }
constexpr uint32_t OffsetOf(NodeIndex node) { return node.value % NodeBlock::kNodes; }

}  // namespace tutti::model
