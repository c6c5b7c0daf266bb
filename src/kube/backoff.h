// Backoff: growing pauses with jitter between attempts.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

#include "base/clock.h"

namespace tutti::kube {

// The n-th pause is drawn evenly from [half, whole] of initial * 2^n, never more than `max`.
// One thread at a time.
class Backoff {
 public:
  // `seed` 0: seeded from the system.
  Backoff(base::Duration initial, base::Duration max, uint64_t seed)
      : initial_(initial),
        max_(max),
        random_(seed != 0 ? seed : (uint64_t{std::random_device{}()} << 32) | 1) {}

  base::Duration Next() { return At(failures_++); }
  // For callers that count for themselves.
  base::Duration At(int failures) {
    const int doublings = std::clamp(failures, 0, 20);
    const base::Duration whole = std::min(max_, initial_ * (int64_t{1} << doublings));
    return whole / 2 + Below(whole / 2);
  }
  void Reset() { failures_ = 0; }
  // Evenly from [0, bound].
  base::Duration Below(base::Duration bound) {
    if (bound.count() <= 0) return base::Duration(0);
    return base::Duration(std::uniform_int_distribution<int64_t>(0, bound.count())(random_));
  }

 private:
  const base::Duration initial_;
  const base::Duration max_;
  int failures_ = 0;
  std::mt19937_64 random_;
};

}  // namespace tutti::kube
