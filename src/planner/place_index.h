// PlaceIndex: for each shape the best node for one more such pod, kept from one placement to the
// next: only nodes that have changed meanwhile are looked at again.
//
// Assumptions: whether a pod of a shape fits a node, and how well, depends on that node alone; few
// nodes change between two pods of a shape. Cost: O(log nodes) per changed node, O(nodes) the first
// time and whenever a Node object has changed. Memory: at most kMostCells nodes times shapes; the
// least recently used shapes go.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "model/node_table.h"
#include "model/pod_info.h"

namespace tutti::planner {

class PlaceIndex {
 public:
  // How well a node does: `plugins` more is better, then `score` less, then the lower NodeIndex.
  struct Key {
    int64_t plugins = 0;
    int64_t score = 0;
    bool fits = false;
    bool barred = false;  // whatever its room: not looked at again until a Node object changes
  };

  explicit PlaceIndex(const model::NodeTable& nodes) : nodes_(nodes) {}

  // What is known of a shape. Good until the next Find.
  class Entry {
   public:
    // Invalid where the shape fits nowhere.
    model::NodeIndex Best() const;
    // Of a node that it fits.
    const Key& KeyOf(model::NodeIndex node) const { return keys_[node.value]; }
    void Set(model::NodeIndex node, const Key& key);

   private:
    friend class PlaceIndex;
    static constexpr uint32_t kNone = UINT32_MAX;

    uint32_t Better(uint32_t a, uint32_t b) const {
      if (a == kNone) return b;
      if (b == kNone) return a;
      const Key& x = keys_[a];
      const Key& y = keys_[b];
      if (x.plugins != y.plugins) return x.plugins > y.plugins ? a : b;
      if (x.score != y.score) return x.score < y.score ? a : b;
      return a < b ? a : b;
    }

    std::shared_ptr<const model::PodShape> shape_;
    uint64_t statics_generation_ = 0;
    uint64_t next_change_ = 0;
    uint32_t leaves_ = 0;  // a power of two
    std::vector<Key> keys_;
    std::vector<uint32_t> winners_;  // a tournament; the leaves are its second half
  };

  // The shape's entry, brought up to date: `look(node)` gives the key of each node that must be
  // looked at (again), one by one; `accepts(node)` tells, the first time, whether it may be used at
  // all. Null: there are too many nodes for an index.
  template <class Accepts, class Look>
  const Entry* Find(const std::shared_ptr<const model::PodShape>& shape, Accepts&& accepts,
                    Look&& look) {
    Entry* entry = Use(shape);
    if (entry == nullptr) return nullptr;
    if (const auto changed = ChangedSince(*entry)) {
      for (const model::NodeIndex node : *changed) {
        if (!entry->keys_[node.value].barred) entry->Set(node, look(node));
      }
    } else {
      Clear(*entry);
      for (uint32_t i = 0; i < nodes_.capacity(); ++i) {
        const model::NodeIndex node(i);
        entry->Set(node, accepts(node) ? look(node) : Key{0, 0, false, true});
      }
    }
    entry->next_change_ = nodes_.next_change();
    return entry;
  }
  // Forgets what it knows of the shape.
  void Drop(const model::PodShape* shape);

 private:
  static constexpr size_t kMostCells = size_t{1} << 19;

  Entry* Use(const std::shared_ptr<const model::PodShape>& shape);
  // nullopt: all of them.
  std::optional<std::span<const model::NodeIndex>> ChangedSince(const Entry& entry) const;
  void Clear(Entry& entry) const;

  const model::NodeTable& nodes_;
  std::list<Entry> entries_;  // most recently used first
  absl::flat_hash_map<const model::PodShape*, std::list<Entry>::iterator> index_;
};

}  // namespace tutti::planner
