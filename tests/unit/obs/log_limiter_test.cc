#include "obs/log_limiter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "tests/unit/kube/test_clock.h"

namespace tutti::obs {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(LogLimiterTest, ABurstPassesAndThenOneLineForEachInterval) {
  kube::TestClock clock;
  LogLimiter limiter(clock, 3, seconds(1));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.Pass(), 0u) << i;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(limiter.Pass(), std::nullopt) << i;
  clock.Advance(milliseconds(1500));
  EXPECT_EQ(limiter.Pass(), 5u) << "the line says how many were left out";
  EXPECT_EQ(limiter.Pass(), std::nullopt);
  clock.Advance(milliseconds(500));
  EXPECT_EQ(limiter.Pass(), 1u) << "half an interval is not lost";
}

TEST(LogLimiterTest, AfterAQuietTimeABurstPassesAgainAndNoMore) {
  kube::TestClock clock;
  LogLimiter limiter(clock, 2, seconds(1));
  while (limiter.Pass()) {
  }
  clock.Advance(std::chrono::hours(24));
  EXPECT_EQ(limiter.Pass(), 1u);
  EXPECT_EQ(limiter.Pass(), 0u);
  EXPECT_EQ(limiter.Pass(), std::nullopt);
}

TEST(LogLimiterTest, ThreadsTogetherPassNoMore) {
  kube::TestClock clock;
  LogLimiter limiter(clock, 100, seconds(1));
  std::atomic<int> passed = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) passed += limiter.Pass() ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(passed, 100);
  clock.Advance(seconds(1));
  EXPECT_EQ(limiter.Pass(), 3900u);
}

}  // namespace
}  // namespace tutti::obs
