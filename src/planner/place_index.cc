#include "planner/place_index.h"

#include <algorithm>
#include <bit>

namespace tutti::planner {

using model::NodeIndex;

NodeIndex PlaceIndex::Entry::Best() const {
  const uint32_t best = winners_[1];
  return best == kNone ? NodeIndex() : NodeIndex(best);
}

void PlaceIndex::Entry::Set(NodeIndex node, const Key& key) {
  keys_[node.value] = key;
  uint32_t at = leaves_ + node.value;
  const uint32_t leaf = key.fits ? node.value : kNone;
  if (winners_[at] == kNone && leaf == kNone) return;
  winners_[at] = leaf;
  while (at > 1) {
    at /= 2;
    const uint32_t winner = Better(winners_[2 * at], winners_[2 * at + 1]);
    // Whoever wins here without this node, before and now, wins as well further up.
    if (winner == winners_[at] && winner != node.value) return;
    winners_[at] = winner;
  }
}

PlaceIndex::Entry* PlaceIndex::Use(const std::shared_ptr<const model::PodShape>& shape) {
  if (nodes_.capacity() == 0 || nodes_.capacity() > kMostCells) return nullptr;
  const auto found = index_.find(shape.get());
  if (found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return &entries_.front();
  }
  const size_t most = kMostCells / nodes_.capacity();
  while (entries_.size() >= most) {
    index_.erase(entries_.back().shape_.get());
    entries_.pop_back();
  }
  entries_.emplace_front();
  entries_.front().shape_ = shape;
  index_[shape.get()] = entries_.begin();
  return &entries_.front();
}

std::optional<std::span<const NodeIndex>> PlaceIndex::ChangedSince(const Entry& entry) const {
  if (entry.leaves_ < nodes_.capacity() || entry.statics_generation_ != nodes_.statics_generation())
    return std::nullopt;
  const auto changed = nodes_.ChangesSince(entry.next_change_);
  // As many as there are nodes: all of them at once cost less.
  return changed && changed->size() < nodes_.capacity() ? changed : std::nullopt;
}

void PlaceIndex::Clear(Entry& entry) const {
  entry.leaves_ = std::bit_ceil(nodes_.capacity());
  entry.statics_generation_ = nodes_.statics_generation();
  entry.keys_.assign(nodes_.capacity(), Key());
  entry.winners_.assign(size_t{2} * entry.leaves_, Entry::kNone);
}

void PlaceIndex::Drop(const model::PodShape* shape) {
  const auto found = index_.find(shape);
  if (found == index_.end()) return;
  entries_.erase(found->second);
  index_.erase(found);
}

}  // namespace tutti::planner
