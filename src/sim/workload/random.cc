#include "sim/workload/random.h"

#include <array>

#include "absl/numeric/bits.h"
#include "absl/numeric/int128.h"

namespace tutti::sim {
namespace {

constexpr uint64_t kLn2 = 2977044472;      // ln 2 in Q32
constexpr int64_t kOneByLn2 = 6196328019;  // 1 / ln 2 in Q32
constexpr int kFractionBits = 24;

// 2^(2^-i) for i = 1..24, with 30 bits behind the point.
constexpr std::array<uint32_t, kFractionBits> kRootsOfTwo = {
    0x5a82799au, 0x4c1bf829u, 0x45cae0f2u, 0x42d561b4u, 0x4166c34cu, 0x40b268fau,
    0x4058f6a8u, 0x402c6be9u, 0x4016321bu, 0x400b1818u, 0x40058bceu, 0x4002c5d8u,
    0x400162e8u, 0x4000b173u, 0x400058b9u, 0x40002c5du, 0x4000162eu, 0x40000b17u,
    0x4000058cu, 0x400002c6u, 0x40000163u, 0x400000b1u, 0x40000059u, 0x4000002cu};

}  // namespace

Q32 NegativeLog2(uint64_t u) {
  const int zeros = absl::countl_zero(u);
  // u = 2^(63 - zeros) * m with m in [1, 2): squaring m gives the bits of its logarithm.
  absl::uint128 m = u << zeros;  // 63 bits behind the point
  Q32 fraction = 0;
  for (int bit = 31; bit >= 0; --bit) {
    m = (m * m) >> 63;
    if (m >> 64 != 0) {
      m >>= 1;
      fraction |= Q32{1} << bit;
    }
  }
  return (Q32{zeros} + 1) * kQ32One - fraction;
}

int64_t ScaleByExp2(int64_t scale, Q32 x) {
  const int64_t whole = x >> 32;  // rounds down, so the rest is in [0, 1)
  const auto fraction = static_cast<uint64_t>(x & (kQ32One - 1));
  absl::uint128 power = absl::uint128(1) << 30;
  for (int i = 0; i < kFractionBits; ++i) {
    if ((fraction >> (31 - i) & 1) != 0) {
      power = power * kRootsOfTwo[static_cast<size_t>(i)] >> 30;
    }
  }
  absl::uint128 value = power * static_cast<uint64_t>(scale);  // below 2^94, 30 behind the point
  const int64_t shift = whole - 30;
  if (shift <= -128) return 0;
  value = shift >= 0 ? (value << static_cast<int>(shift)) : (value >> static_cast<int>(-shift));
  const bool lost =
      shift >= 0 && (value >> static_cast<int>(shift)) != power * static_cast<uint64_t>(scale);
  if (lost || value > static_cast<uint64_t>(INT64_MAX)) return INT64_MAX;
  return static_cast<int64_t>(absl::Uint128Low64(value));
}

uint64_t Random::Next() {
  state_ += 0x9e3779b97f4a7c15u;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

uint64_t Random::Below(uint64_t bound) {
  // The multiplications that fall into the short last interval are drawn again.
  const uint64_t least = (0 - bound) % bound;
  while (true) {
    const absl::uint128 product = absl::uint128(Next()) * bound;
    if (absl::Uint128Low64(product) >= least) return absl::Uint128High64(product);
  }
}

int64_t Random::Exponential(int64_t mean) {
  const uint64_t u = Next() | 1;  // never 0
  const absl::uint128 natural = absl::uint128(static_cast<uint64_t>(NegativeLog2(u))) * kLn2 >> 32;
  const absl::uint128 value = natural * static_cast<uint64_t>(mean) >> 32;
  return value > static_cast<uint64_t>(INT64_MAX) ? INT64_MAX
                                                  : static_cast<int64_t>(absl::Uint128Low64(value));
}

Q32 Random::Normal() {
  Q32 sum = 0;
  for (int i = 0; i < 12; ++i) sum += static_cast<Q32>(Next() >> 32);
  return sum - 6 * kQ32One;
}

int64_t Random::LogNormal(int64_t median, int64_t sigma_milli) {
  const Q32 deviation = Normal() * sigma_milli / 1000;
  const auto exponent = static_cast<Q32>(absl::int128(deviation) * absl::int128(kOneByLn2) >> 32);
  return ScaleByExp2(median, exponent);
}

}  // namespace tutti::sim
