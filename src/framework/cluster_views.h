// ClusterViews: node blocks as plugins see them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/node_block.h"
#include "tutti/views.h"

namespace tutti::framework {

// Costs a few pointers per block, no copy of a column. The blocks must outlive it and keep their
// columns where they are: a writer who changes a block calls Refresh.
class ClusterViews {
 public:
  explicit ClusterViews(const TextTable& texts) : texts_(texts) {}

  template <class Blocks>  // of pointers to model::NodeBlock
  void Reset(const Blocks& blocks) {
    blocks_.resize(blocks.size());
    views_.resize(blocks.size());
    for (uint32_t b = 0; b < blocks.size(); ++b) Refresh(b, *blocks[b]);
  }
  void Refresh(uint32_t block, const model::NodeBlock& now);
  // The same nodes, but with other columns of what is free: null or missing ones are all zero.
  void OverrideFree(uint32_t block, std::span<const NodeBlockView::Column> free);

  ClusterView view() const { return {views_}; }

 private:
  struct Pointers {
    std::vector<NodeBlockView::Column> allocatable;
    std::vector<NodeBlockView::Column> free;
    std::vector<const TextId*> fields;
    bool other_free = false;  // by OverrideFree
  };

  const TextTable& texts_;
  std::vector<Pointers> blocks_;
  std::vector<NodeBlockView> views_;
};

}  // namespace tutti::framework
