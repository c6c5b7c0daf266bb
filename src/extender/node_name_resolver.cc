#include "extender/node_name_resolver.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "absl/strings/string_view.h"

namespace tutti::extender {
namespace {

using model::NodeBlock;
using model::NodeIndex;

constexpr size_t kLeastHints = 256;
constexpr size_t kBatch = 32;

uint64_t Load(const char* at, size_t bytes) {
  uint64_t value = 0;
  std::memcpy(&value, at, bytes);
  return value;
}

// Names of nodes differ in a few bytes anywhere; their ends and two middles are enough for a hint
// mostly, and equality decides.
uint64_t HintHash(std::string_view name) {
  const size_t size = name.size();
  uint64_t hash = size * 0x9E3779B97F4A7C15u;
  const auto mix = [&hash](uint64_t word) {
    hash = (hash ^ word) * 0xD6E8FEB86659FD93u;
    hash ^= hash >> 32;
  };
  if (size == 0) return hash;
  if (size < 8) {
    mix(Load(name.data(), size));
    return hash;
  }
  mix(Load(name.data() + size - 8, 8));
  mix(Load(name.data(), 8));
  if (size > 16) mix(Load(name.data() + size - 16, 8));
  if (size > 24) mix(Load(name.data() + size / 2 - 4, 8));
  return hash;
}

// memcmp for a few words, without the call.
bool SameBytes(const char* a, const char* b, size_t size) {
  if (size < 8) return std::memcmp(a, b, size) == 0;
  for (size_t i = 0; i + 8 < size; i += 8) {
    if (Load(a + i, 8) != Load(b + i, 8)) return false;
  }
  return Load(a + size - 8, 8) == Load(b + size - 8, 8);
}

}  // namespace

void NodeNameResolver::HashSieve::Reset(size_t hashes) {
  // 32 bits for each hash: one name in 32 comes through for nothing.
  words_.assign(std::bit_ceil(hashes / 2 + 1), 0);
}

void NodeNameResolver::CopyNames(const model::ClusterSnapshot& snapshot) {
  blocks_.resize(snapshot.blocks.size());
  for (size_t b = 0; b < blocks_.size(); ++b) {
    BlockNames& copy = blocks_[b];
    if (copy.statics == snapshot.blocks[b]->statics) continue;
    copy.statics = snapshot.blocks[b]->statics;
    copy.text.clear();
    for (uint32_t i = 0; i < NodeBlock::kNodes; ++i) {
      copy.begin[i] = static_cast<uint32_t>(copy.text.size());
      copy.hash[i] = 0;
      if (!copy.statics->infos[i]) continue;
      copy.text += copy.statics->infos[i]->name;
      copy.hash[i] = HintHash(copy.statics->infos[i]->name);
    }
    copy.begin[NodeBlock::kNodes] = static_cast<uint32_t>(copy.text.size());
  }
  const size_t wanted = kProbes + std::bit_ceil(std::max(
                                      kLeastHints, snapshot.blocks.size() * NodeBlock::kNodes * 2));
  if (hints_.size() != wanted) hints_.assign(wanted, Hint());
}

inline bool NodeNameResolver::Is(uint32_t node, std::string_view name) const {
  const size_t block = node / NodeBlock::kNodes;
  if (block >= blocks_.size()) return false;
  const BlockNames& copy = blocks_[block];
  const uint32_t offset = node % NodeBlock::kNodes;
  const uint32_t begin = copy.begin[offset];
  return copy.begin[offset + 1] - begin == name.size() && !name.empty() &&
         SameBytes(copy.text.data() + begin, name.data(), name.size());
}

NodeIndex NodeNameResolver::LookUp(std::string_view name, uint32_t tag,
                                   const model::ClusterSnapshot& snapshot, Hint* place) {
  const NodeIndex* found = snapshot.directory.Find(absl::string_view(name.data(), name.size()));
  if (found == nullptr) return NodeIndex();
  const auto free = [](const Hint& hint) { return hint.node == NodeIndex().value; };
  Hint* const end = place + kProbes;
  Hint* slot = std::find_if(place, end, free);
  if (slot == end) slot = place;
  *slot = {tag, found->value};
  return *found;
}

NodeIndex NodeNameResolver::ResolveOne(std::string_view name, uint64_t hash,
                                       const model::ClusterSnapshot& snapshot) {
  const uint32_t tag = static_cast<uint32_t>(hash >> 32);
  Hint* const place = &hints_[hash & (hints_.size() - kProbes - 1)];
  for (size_t probe = 0; probe < kProbes; ++probe) {
    if (place[probe].tag == tag && Is(place[probe].node, name)) return NodeIndex(place[probe].node);
  }
  return LookUp(name, tag, snapshot, place);
}

template <bool kSieved>
void NodeNameResolver::ResolveBatches(std::span<const std::string_view> names,
                                      const model::ClusterSnapshot& snapshot,
                                      std::vector<NodeIndex>& nodes) {
  nodes.assign(names.size(), NodeIndex());
  const size_t mask = hints_.size() - kProbes - 1;
  // In batches: the places of a batch are on their way from memory while it is still being hashed.
  std::array<std::pair<size_t, uint64_t>, kBatch> batch;
  size_t held = 0;
  const auto resolve = [&] {
    for (size_t i = 0; i < held; ++i)
      nodes[batch[i].first] = ResolveOne(names[batch[i].first], batch[i].second, snapshot);
    held = 0;
  };
  for (size_t i = 0; i < names.size(); ++i) {
    const uint64_t hash = HintHash(names[i]);
    if (kSieved && !sieve_.MayHold(hash)) continue;
    __builtin_prefetch(&hints_[hash & mask]);
    batch[held++] = {i, hash};
    if (held == kBatch) resolve();
  }
  resolve();
}

void NodeNameResolver::Resolve(std::span<const std::string_view> names,
                               const model::ClusterSnapshot& snapshot,
                               std::vector<NodeIndex>& nodes) {
  CopyNames(snapshot);
  ResolveBatches<false>(names, snapshot, nodes);
}

void NodeNameResolver::ResolveAmong(std::span<const NodeIndex> wanted,
                                    std::span<const std::string_view> names,
                                    const model::ClusterSnapshot& snapshot,
                                    std::vector<NodeIndex>& nodes) {
  CopyNames(snapshot);
  sieve_.Reset(wanted.size());
  for (const NodeIndex node : wanted) sieve_.Add(blocks_[BlockOf(node)].hash[OffsetOf(node)]);
  ResolveBatches<true>(names, snapshot, nodes);
  // Some names of other nodes came through, too.
  for (NodeIndex& node : nodes) {
    if (node.valid() && !std::binary_search(wanted.begin(), wanted.end(), node)) node = NodeIndex();
  }
}

}  // namespace tutti::extender
