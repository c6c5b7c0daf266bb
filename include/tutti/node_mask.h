// Blocks of nodes, and NodeMask: a set of nodes of one block.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "tutti/ids.h"

namespace tutti {

// Nodes stand in blocks of so many, as columns.
inline constexpr uint32_t kNodesPerBlock = 256;
constexpr uint32_t BlockOf(NodeIndex node) { return node.value / kNodesPerBlock; }
constexpr uint32_t OffsetOf(NodeIndex node) { return node.value % kNodesPerBlock; }

struct NodeMask {
  std::array<uint64_t, kNodesPerBlock / 64> words{};

  static constexpr NodeMask All() {
    NodeMask mask;
    mask.words.fill(~uint64_t{0});
    return mask;
  }
  constexpr bool Has(uint32_t offset) const {
    return (words[offset / 64] >> (offset % 64) & 1) != 0;
  }
  constexpr void Add(uint32_t offset) { words[offset / 64] |= uint64_t{1} << (offset % 64); }
  constexpr void Remove(uint32_t offset) { words[offset / 64] &= ~(uint64_t{1} << (offset % 64)); }
  constexpr uint32_t Count() const {
    uint32_t count = 0;
    for (const uint64_t word : words) count += static_cast<uint32_t>(std::popcount(word));
    return count;
  }
  constexpr bool empty() const { return (words[0] | words[1] | words[2] | words[3]) == 0; }
  constexpr NodeMask& operator&=(const NodeMask& other) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] &= other.words[i];
    return *this;
  }
  constexpr NodeMask& operator|=(const NodeMask& other) {
    for (std::size_t i = 0; i < words.size(); ++i) words[i] |= other.words[i];
    return *this;
  }
  constexpr bool operator==(const NodeMask&) const = default;

  // Calls `visit(offset)` for each node in it, ascending. `visit` may remove the node it is at.
  template <class Visit>
  constexpr void ForEach(Visit&& visit) const {
    for (uint32_t w = 0; w < words.size(); ++w) {
      for (uint64_t word = words[w]; word != 0; word &= word - 1)
        visit(w * 64 + static_cast<uint32_t>(std::countr_zero(word)));
    }
  }
};

}  // namespace tutti
