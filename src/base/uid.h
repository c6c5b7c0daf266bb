// Uid: the identity of an API object, 128 bits. Names are reused; uids never are.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tutti::base {

struct Uid {
  uint64_t high = 0;
  uint64_t low = 0;

  // Takes the canonical form only (8-4-4-4-12 hexadecimal digits): that is what an API server
  // writes.
  static std::optional<Uid> Parse(std::string_view text);
  std::string ToString() const;

  constexpr bool valid() const { return high != 0 || low != 0; }
  constexpr auto operator<=>(const Uid&) const = default;

  template <class H>
  friend H AbslHashValue(H h, const Uid& uid) {
    return H::combine(std::move(h), uid.high, uid.low);
  }
};

}  // namespace tutti::base
