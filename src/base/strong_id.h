// A small integer that stands for one thing and cannot be mistaken for another.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <utility>

namespace tutti::base {

template <class Tag, class Rep = uint32_t>
struct StrongId {
  static constexpr Rep kNone = std::numeric_limits<Rep>::max();

  Rep value = kNone;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep v) : value(v) {}
  constexpr bool valid() const { return value != kNone; }
  constexpr auto operator<=>(const StrongId&) const = default;

  template <class H>
  friend H AbslHashValue(H h, StrongId id) {
    return H::combine(std::move(h), id.value);
  }
};

}  // namespace tutti::base
