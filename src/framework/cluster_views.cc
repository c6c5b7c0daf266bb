#include "framework/cluster_views.h"

#include <utility>

namespace tutti::framework {
namespace {

// Columns lie side by side: where the first is where it was, so are the others.
template <class Columns, class Pointer>
void Point(const Columns& columns, std::vector<Pointer>& pointers) {
  const bool in_place = pointers.size() == columns.size() &&
                        (columns.empty() || pointers.front() == columns.front().data());
  if (in_place) return;
  pointers.resize(columns.size());
  for (size_t i = 0; i < columns.size(); ++i) pointers[i] = columns[i].data();
}

}  // namespace

void ClusterViews::Refresh(uint32_t block, const model::NodeBlock& now) {
  Pointers& pointers = blocks_[block];
  if (std::exchange(pointers.other_free, false)) pointers.free.clear();
  Point(now.statics->allocatable, pointers.allocatable);
  Point(now.free, pointers.free);
  Point(now.statics->fields, pointers.fields);
  NodeBlockView& view = views_[block];
  view.first = block * model::NodeBlock::kNodes;
  view.present = now.statics->present;
  view.allocatable = pointers.allocatable;
  view.free = pointers.free;
  view.fields = pointers.fields;
  view.names = now.statics->names.data();
  view.texts = &texts_;
}

void ClusterViews::OverrideFree(uint32_t block, std::span<const NodeBlockView::Column> free) {
  blocks_[block].other_free = true;
  blocks_[block].free.assign(free.begin(), free.end());
  views_[block].free = blocks_[block].free;
}

}  // namespace tutti::framework
