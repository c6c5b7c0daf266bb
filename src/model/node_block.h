// NodeBlock: 256 nodes as columns. A published block never changes; a change copies one block.
#pragma once

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
  std::vector<Column> reserved;   // promised to gangs, and to pods whose Binding is under way

  static int64_t At(const std::vector<Column>& columns, ResourceId resource, uint32_t offset) {
    return resource.value < columns.size() ? columns[resource.value][offset] : 0;
  }
  int64_t Allocatable(ResourceId resource, uint32_t offset) const {
    return At(statics->allocatable, resource, offset);
  }
  // May be negative: allocatable can shrink, and pods can be bound past us.
  int64_t Free(ResourceId resource, uint32_t offset) const {
    return Allocatable(resource, offset) - At(requested, resource, offset) -
           At(reserved, resource, offset);
  }
};

constexpr uint32_t BlockOf(NodeIndex node) { return node.value / NodeBlock::kNodes; }
constexpr uint32_t OffsetOf(NodeIndex node) { return node.value % NodeBlock::kNodes; }

}  // namespace tutti::model
