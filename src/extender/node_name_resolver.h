// NodeNameResolver: thousands of node names into node indices, at a few nanoseconds each.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/cluster_snapshot.h"

namespace tutti::extender {

// One thread at a time. It keeps a copy of the names in the order of their indices, and for each
// hash the indices it last led to. Both are only hints: an answer counts when the name at that
// index in this very snapshot is equal, and everything else asks the snapshot's directory. So
// nothing needs to be invalidated, and an answer never depends on what was asked before.
class NodeNameResolver {
 public:
  // One index per name; invalid for a name that the snapshot does not know.
  void Resolve(std::span<const std::string_view> names, const model::ClusterSnapshot& snapshot,
               std::vector<model::NodeIndex>& nodes);
  // Where these nodes of the snapshot stand among the names, ascending. Much cheaper where they are
  // few.
  void PositionsOf(std::span<const model::NodeIndex> wanted,
                   std::span<const std::string_view> names, const model::ClusterSnapshot& snapshot,
                   std::vector<uint32_t>& positions);

 private:
  // A hint stands in one of so many places from its hash on.
  static constexpr size_t kProbes = 8;

  struct Hint {
    uint32_t tag = 0;  // another part of the hash: spares comparing most names that are not equal
    uint32_t node = model::NodeIndex().value;
  };

  struct BlockNames {
    std::shared_ptr<const model::NodeBlock::Statics> statics;  // of which this is a copy
    std::string text;
    std::array<uint32_t, model::NodeBlock::kNodes + 1> begin{};
    std::array<uint64_t, model::NodeBlock::kNodes> hash{};
  };
  // A set of hashes that errs on one side: what is in it is always found.
  class HashSieve {
   public:
    void Reset(size_t hashes);
    void Add(uint64_t hash) { words_[Word(hash)] |= Bit(hash); }
    bool MayHold(uint64_t hash) const { return (words_[Word(hash)] & Bit(hash)) != 0; }

   private:
    size_t Word(uint64_t hash) const { return (hash >> 6) & (words_.size() - 1); }
    static uint64_t Bit(uint64_t hash) { return uint64_t{1} << (hash & 63); }
    std::vector<uint64_t> words_;  // a power of two of them
  };

  // Calls `found(position, node)` in order for each name whose hash `may_hold`.
  template <class MayHold, class Found>
  void ResolveEach(std::span<const std::string_view> names, const model::ClusterSnapshot& snapshot,
                   const MayHold& may_hold, const Found& found);
  model::NodeIndex ResolveOne(std::string_view name, uint64_t hash,
                              const model::ClusterSnapshot& snapshot);
  void CopyNames(const model::ClusterSnapshot& snapshot);
  bool Is(uint32_t node, std::string_view name) const;
  static model::NodeIndex LookUp(std::string_view name, uint32_t tag,
                                 const model::ClusterSnapshot& snapshot, Hint* place);

  std::vector<BlockNames> blocks_;
  std::vector<Hint> hints_;  // a power of two, and kProbes more
  HashSieve sieve_;
  struct Passed {
    uint64_t hash;
    uint32_t position;
  };
  std::vector<Passed> passed_;
  std::vector<uint64_t> wanted_;  // a bit for each node
};

}  // namespace tutti::extender
