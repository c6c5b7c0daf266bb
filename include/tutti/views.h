// What plugins see of pods, nodes and gangs.
//
// Views point into a snapshot and into the request; they live for the call that they are handed to,
// no longer. All amounts are in base units: cpu in thousandths, memory in bytes, everything else
// counted; int64, never a double. A view costs nothing to copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "tutti/ids.h"
#include "tutti/node_mask.h"

namespace tutti {

// Interned texts of node fields, and back.
class TextTable {
 public:
  virtual ~TextTable() = default;
  virtual std::string_view Text(TextId id) const = 0;    // "" for an invalid id
  virtual TextId Find(std::string_view text) const = 0;  // invalid: no node has such a value
};

// One pod, or `count` pods that are alike in everything that is seen here: a verdict on one is a
// verdict on all of them. Names of single pods are therefore not part of it.
struct PodClassView {
  using Request = std::pair<ResourceId, int64_t>;

  std::string_view namespace_name;
  std::string_view gang;  // display name; empty: of none
  int64_t count = 1;
  int32_t priority = 0;
  std::span<const Request> requests;  // sorted by resource, amounts > 0; kPods = 1 is among them
  std::span<const std::string_view> fields;  // by PodField; see Field

  // "" where the pod has no such label or annotation.
  std::string_view Field(PodField field) const {
    return field.value < fields.size() ? fields[field.value] : std::string_view();
  }
  int64_t Requests(ResourceId resource) const {
    for (const Request& request : requests) {
      if (request.first == resource) return request.second;
    }
    return 0;
  }
};

// A node: one row of its block.
class NodeView;

// kNodesPerBlock nodes as columns.
struct NodeBlockView {
  using Column = const int64_t*;  // kNodesPerBlock amounts

  uint32_t first = 0;                     // NodeIndex of offset 0; a multiple of kNodesPerBlock
  NodeMask present;                       // other offsets hold no node; their rows mean nothing
  std::span<const Column> allocatable;    // by ResourceId; null or missing: nobody has any
  std::span<const Column> free;           // allocatable less what is bound, placed and reserved;
                                          // may be negative
  std::span<const TextId* const> fields;  // by NodeField, kNodesPerBlock ids; null: nobody has it
  const std::string_view* names = nullptr;
  const TextTable* texts = nullptr;

  int64_t Allocatable(ResourceId resource, uint32_t offset) const {
    return At(allocatable, resource, offset);
  }
  int64_t Free(ResourceId resource, uint32_t offset) const { return At(free, resource, offset); }
  TextId FieldId(NodeField field, uint32_t offset) const {
    if (field.value >= fields.size() || fields[field.value] == nullptr) return {};
    return fields[field.value][offset];
  }
  std::string_view Field(NodeField field, uint32_t offset) const {
    return texts == nullptr ? std::string_view() : texts->Text(FieldId(field, offset));
  }
  NodeIndex Index(uint32_t offset) const { return NodeIndex(first + offset); }
  inline NodeView Node(uint32_t offset) const;

 private:
  static int64_t At(std::span<const Column> columns, ResourceId resource, uint32_t offset) {
    if (resource.value >= columns.size() || columns[resource.value] == nullptr) return 0;
    return columns[resource.value][offset];
  }
};

class NodeView {
 public:
  NodeView(const NodeBlockView& block, uint32_t offset) : block_(&block), offset_(offset) {}

  const NodeBlockView& block() const { return *block_; }
  uint32_t offset() const { return offset_; }
  NodeIndex index() const { return block_->Index(offset_); }
  std::string_view name() const { return block_->names[offset_]; }
  int64_t Allocatable(ResourceId resource) const { return block_->Allocatable(resource, offset_); }
  int64_t Free(ResourceId resource) const { return block_->Free(resource, offset_); }
  TextId FieldId(NodeField field) const { return block_->FieldId(field, offset_); }
  std::string_view Field(NodeField field) const { return block_->Field(field, offset_); }

 private:
  const NodeBlockView* block_;
  uint32_t offset_;
};

inline NodeView NodeBlockView::Node(uint32_t offset) const { return {*this, offset}; }

// All nodes, as of one moment.
struct ClusterView {
  std::span<const NodeBlockView> blocks;

  // The block of a node that is there; null for an index past the end.
  const NodeBlockView* BlockOf(NodeIndex node) const {
    const size_t block = node.value / kNodesPerBlock;
    return block < blocks.size() ? &blocks[block] : nullptr;
  }
};

}  // namespace tutti
