// Small integers that stand for one thing each and cannot be mistaken for another.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <utility>

namespace tutti {

template <class Tag, class Rep = uint32_t>
struct StrongId {
  static constexpr Rep kNone = std::numeric_limits<Rep>::max();

  Rep value = kNone;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep v) : value(v) {}
  constexpr bool valid() const { return value != kNone; }
  constexpr auto operator<=>(const StrongId&) const = default;

  // For Abseil's containers; a template, so nothing of Abseil is needed here.
  template <class H>
  friend H AbslHashValue(H h, StrongId id) {
    return H::combine(std::move(h), id.value);
  }
};

// A node's number in its cluster: stable while the node exists, then free for another.
using NodeIndex = StrongId<struct NodeTag>;

// A resource's column.
using ResourceId = StrongId<struct ResourceTag, uint16_t>;

inline constexpr ResourceId kCpu{0};               // milli
inline constexpr ResourceId kMemory{1};            // bytes
inline constexpr ResourceId kEphemeralStorage{2};  // bytes
inline constexpr ResourceId kPods{3};              // count

// True for cpu, which is counted in thousandths; everything else counts whole units.
constexpr bool IsMilli(ResourceId id) { return id == kCpu; }

// What a plugin has asked its host for, once, when it was made (plugin.h): its handles.
using PodField = StrongId<struct PodFieldTag, uint16_t>;    // a label or annotation of pods
using NodeField = StrongId<struct NodeFieldTag, uint16_t>;  // a label or annotation of nodes
using ReasonId = StrongId<struct ReasonTag, uint16_t>;      // why a pod or gang is refused or held
using CounterId = StrongId<struct CounterTag, uint16_t>;    // a metric

// An interned text. Equal texts have equal ids within one process; the numbers say nothing else.
using TextId = StrongId<struct TextTag>;

}  // namespace tutti
