// TestClock: a clock that only the test moves.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace tutti::kube {

class TestClock final : public base::Clock {
 public:
  base::Timestamp Now() const override { return base::Timestamp{now_.load()}; }
  int64_t WallNanos() const override { return wall_.load(); }
  void Advance(base::Duration d) {
    now_ += d.count();
    wall_ += d.count();
  }
  void StepWall(base::Duration d) { wall_ += d.count(); }

 private:
  std::atomic<int64_t> now_{1'000'000'000'000};
  std::atomic<int64_t> wall_{1'800'000'000'000'000'000};
};

}  // namespace tutti::kube
