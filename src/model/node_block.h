// NodeBlock: 256 nodes as columns. A published block never changes; a change copies one block.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "model/node_info.h"
#include "tutti/ids.h"
#include "tutti/node_mask.h"

namespace tutti::model {

using tutti::NodeIndex;

struct NodeBlock {
  static constexpr uint32_t kNodes = kNodesPerBlock;
  using Column = std::array<int64_t, kNodes>;

  // What changes with a Node object, not with pods: shared between versions of the block.
  struct Statics {
    uint64_t epoch = 0;
    std::array<std::shared_ptr<const NodeInfo>, kNodes> infos;  // null: no such node
    std::vector<Column> allocatable;  // by ResourceId; a missing column is all zero
    NodeMask present;
    NodeMask closed;                                         // an operator wants nothing new there
    std::array<std::string_view, kNodes> names;              // into `infos`
    std::vector<std::array<base::StringId, kNodes>> fields;  // by NodeField
  };

  uint64_t epoch = 0;  // of the writer, when it made this copy
  std::shared_ptr<const Statics> statics;
  std::vector<Column> requested;  // by pods bound to the node
  std::vector<Column> placed;     // promised to members with a place, and to pods being bound
  std::vector<Column> for_head;   // kept for the head of the queue, which waits
  std::vector<Column> free;       // allocatable less all of these

  static int64_t At(const std::vector<Column>& columns, ResourceId resource, uint32_t offset) {
    return resource.value < columns.size() ? columns[resource.value][offset] : 0;
  }
  int64_t Allocatable(ResourceId resource, uint32_t offset) const {
    return At(statics->allocatable, resource, offset);
  }
  // May be negative: allocatable can shrink, and pods can be bound past us.
  int64_t Free(ResourceId resource, uint32_t offset) const { return At(free, resource, offset); }
  int64_t Reserved(ResourceId resource, uint32_t offset) const {
    return At(placed, resource, offset) + At(for_head, resource, offset);
  }
  // Whether a pod of no gang keeps off what is reserved. Room that is short for another reason is
  // kube-scheduler's to judge. `passes_head`: the pod matters more than the head.
  bool FitsBesideReservations(const ResourceList& requests, uint32_t offset,
                              bool passes_head) const {
    const auto kept = [&](ResourceId resource) {
      return At(placed, resource, offset) + (passes_head ? 0 : At(for_head, resource, offset));
    };
    // Whatever is reserved is so for a pod: most nodes are done with here.
    if (kept(kPods) == 0) return true;
    return std::all_of(
        requests.entries().begin(), requests.entries().end(), [&](const auto& entry) {
          const auto& [resource, amount] = entry;
          const int64_t left =
              Free(resource, offset) + (passes_head ? At(for_head, resource, offset) : 0);
          return kept(resource) <= 0 || left >= amount;
        });
  }
};

}  // namespace tutti::model
