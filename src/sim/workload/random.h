// Random: numbers that are the same on every machine: integers only, no std:: distribution and no
// libm, whose results differ from one library to the next. One thread.
#pragma once

#include <cstdint>

namespace tutti::sim {

// Fixed point with 32 bits behind the point.
using Q32 = int64_t;
inline constexpr Q32 kQ32One = int64_t{1} << 32;

// -log2(u / 2^64) for u > 0, in [0, 64]; the error is below 2^-24.
Q32 NegativeLog2(uint64_t u);

// 2^x for x in [-62, 62] times `scale`, saturated at INT64_MAX; the relative error is below 2^-20.
int64_t ScaleByExp2(int64_t scale, Q32 x);

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t Next();                 // SplitMix64
  uint64_t Below(uint64_t bound);  // 0..bound-1 for bound > 0, without bias

  // Exponential with this mean, rounded down; arrivals that are so apart are a Poisson process.
  int64_t Exponential(int64_t mean);

  // The sum of twelve uniform numbers, which is normal up to six deviations: mean 0, variance 1.
  Q32 Normal();

  // Log-normal: median * e^(sigma * Normal()); sigma in thousandths, 0..5000.
  int64_t LogNormal(int64_t median, int64_t sigma_milli);

 private:
  uint64_t state_;
};

}  // namespace tutti::sim
