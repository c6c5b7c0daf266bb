// EligibilityCache: for each shape, the nodes that accept it at all, as a bitset. Closed nodes
// accept none.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/interner.h"
#include "model/node_table.h"
#include "model/pod_info.h"
#include "planner/volume_table.h"

namespace tutti::planner {

// Computed once per shape and version of the Node objects; at most kShapes are kept, the least
// recently used goes.
class EligibilityCache {
 public:
  using Bits = std::vector<uint64_t>;  // bit i: NodeIndex(i)

  EligibilityCache(const model::NodeTable& nodes, const VolumeTable& volumes,
                   const base::Interner& labels)
      : nodes_(nodes), volumes_(volumes), labels_(labels) {}

  // The reference is good until the next call.
  const Bits& Of(const std::shared_ptr<const model::PodShape>& shape,
                 const std::string& namespace_name);

  const base::Interner& labels() const { return labels_; }

 private:
  static constexpr size_t kShapes = 256;
  struct Entry {
    std::shared_ptr<const model::PodShape> shape;
    std::string namespace_name;  // only where the shape has claims
    uint64_t nodes_generation = 0;
    uint64_t volumes_generation = 0;
    Bits bits;
  };

  void Compute(Entry& entry) const;

  const model::NodeTable& nodes_;
  const VolumeTable& volumes_;
  const base::Interner& labels_;
  std::list<Entry> entries_;  // most recently used first
  absl::flat_hash_map<std::pair<const model::PodShape*, std::string>, std::list<Entry>::iterator>
      index_;
};

}  // namespace tutti::planner
