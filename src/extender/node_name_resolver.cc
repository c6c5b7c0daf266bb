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
constexpr size_t kAhead = 16;

uint64_t Load(const char* at, size_t bytes) {
  uint64_t value = 0;
  std::memcpy(&value, at, bytes);
  return value;
}

// Names of nodes differ in a few bytes anywhere; their ends and two middles are enough for a hint
// mostly, and equality decides. The products do not wait for one another.
inline uint64_t HintHash(std::string_view name) {
  const size_t size = name.size();
  const char* const end = name.data() + size;
  uint64_t sum = size * 0x9E3779B97F4A7C15u;
  if (size == 0) return sum;  // its bytes are nowhere
  if (size < 8) {
    sum += Load(name.data(), size) * 0xD6E8FEB86659FD93u;
  } else {
    sum += Load(end - 8, 8) * 0xD6E8FEB86659FD93u + Load(name.data(), 8) * 0xA0761D6478BD642Fu;
    if (size > 16) sum += Load(end - 16, 8) * 0xE7037ED1A0B428DBu;
    if (size > 24) sum += Load(name.data() + size / 2 - 4, 8) * 0x8EBC6AF09C88C6E3u;
  }
  sum = (sum ^ (sum >> 32)) * 0x9FB21C651E98DF25u;
  return sum ^ (sum >> 32);
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

template <class MayHold, class Found>
void NodeNameResolver::ResolveEach(std::span<const std::string_view> names,
                                   const model::ClusterSnapshot& snapshot, const MayHold& may_hold,
                                   const Found& found) {
  // Each is written, and the next one over it: no branch that nobody can predict.
  passed_.resize(names.size() + 1);
  size_t count = 0;
  for (uint32_t i = 0; i < names.size(); ++i) {
    const uint64_t hash = HintHash(names[i]);
    passed_[count] = {hash, i};
    count += may_hold(hash) ? 1 : 0;
  }
  // The hints of those to come are on their way from memory meanwhile.
  const size_t mask = hints_.size() - kProbes - 1;
  for (size_t i = 0; i < count; ++i) {
    __builtin_prefetch(&hints_[passed_[std::min(i + kAhead, count)].hash & mask]);
    found(passed_[i].position, ResolveOne(names[passed_[i].position], passed_[i].hash, snapshot));
  }
}

void NodeNameResolver::Resolve(std::span<const std::string_view> names,
                               const model::ClusterSnapshot& snapshot,
                               std::vector<NodeIndex>& nodes) {
  CopyNames(snapshot);
  nodes.resize(names.size());
  ResolveEach(
      names, snapshot, [](uint64_t) { return true; },
      [&](uint32_t position, NodeIndex node) { nodes[position] = node; });
}

void NodeNameResolver::PositionsOf(std::span<const NodeIndex> wanted,
                                   std::span<const std::string_view> names,
                                   const model::ClusterSnapshot& snapshot,
                                   std::vector<uint32_t>& positions) {
  CopyNames(snapshot);
  sieve_.Reset(wanted.size());
  wanted_.assign(blocks_.size() * NodeBlock::kNodes / 64, 0);
  for (const NodeIndex node : wanted) {
    sieve_.Add(blocks_[BlockOf(node)].hash[OffsetOf(node)]);
    wanted_[node.value / 64] |= uint64_t{1} << (node.value % 64);
  }
  positions.clear();
  // Some names of other nodes come through the sieve, too.
  ResolveEach(
      names, snapshot, [this](uint64_t hash) { return sieve_.MayHold(hash); },
      [&](uint32_t position, NodeIndex node) {
        if (node.valid() && (wanted_[node.value / 64] >> (node.value % 64) & 1) != 0)
          positions.push_back(position);
      });
}

}  // namespace tutti::extender
