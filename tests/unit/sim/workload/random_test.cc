#include "sim/workload/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace tutti::sim {
namespace {

constexpr double kOne = static_cast<double>(kQ32One);

TEST(RandomTest, GivesTheNumbersOfSplitMix64) {
  Random random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317u);
  EXPECT_EQ(random.Next(), 3203168211198807973u);
}

TEST(RandomTest, LogarithmAndPowerAgreeWithLibm) {
  EXPECT_EQ(NegativeLog2(1), 64 * kQ32One);
  EXPECT_EQ(NegativeLog2(uint64_t{1} << 63), kQ32One);
  Random random(1);
  for (int i = 0; i < 10'000; ++i) {
    const uint64_t u = std::max<uint64_t>(random.Next() >> random.Below(60), 1);
    const double expected = 64 - std::log2(static_cast<double>(u));
    ASSERT_NEAR(static_cast<double>(NegativeLog2(u)) / kOne, expected, 1e-7) << u;
    const auto x =
        static_cast<Q32>(random.Below(40 * static_cast<uint64_t>(kQ32One))) - 20 * kQ32One;
    const double power = 1e12 * std::exp2(static_cast<double>(x) / kOne);
    ASSERT_NEAR(static_cast<double>(ScaleByExp2(1'000'000'000'000, x)), power, power * 1e-6 + 1)
        << x;
  }
  EXPECT_EQ(ScaleByExp2(1'000'000, 60 * kQ32One), INT64_MAX);
  EXPECT_EQ(ScaleByExp2(1'000'000, -62 * kQ32One), 0);
}

TEST(RandomTest, DistributionsHaveTheirMoments) {
  constexpr int kDraws = 100'000;
  Random random(2);
  double exponential = 0, normal = 0, square = 0, uniform = 0;
  std::vector<int64_t> log_normal;
  for (int i = 0; i < kDraws; ++i) {
    exponential += static_cast<double>(random.Exponential(1000));
    const double z = static_cast<double>(random.Normal()) / kOne;
    normal += z;
    square += z * z;
    uniform += static_cast<double>(random.Below(7));
    log_normal.push_back(random.LogNormal(600'000, 1500));
  }
  EXPECT_NEAR(exponential / kDraws, 1000, 15);
  EXPECT_NEAR(normal / kDraws, 0, 0.015);
  EXPECT_NEAR(square / kDraws, 1, 0.02);
  EXPECT_NEAR(uniform / kDraws, 3, 0.03);
  std::sort(log_normal.begin(), log_normal.end());
  EXPECT_NEAR(static_cast<double>(log_normal[kDraws / 2]), 600'000, 15'000);
  // One deviation above the median: e^1.5 times as long.
  EXPECT_NEAR(static_cast<double>(log_normal[kDraws * 8413 / 10000]), 600'000 * std::exp(1.5),
              100'000);
}

TEST(RandomTest, TheExtremesStayInRange) {
  Random random(3);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_GE(random.Exponential(INT64_MAX / 64), 0);
    EXPECT_GE(random.LogNormal(INT64_MAX, 5000), 0);
    EXPECT_EQ(random.Below(1), 0u);
  }
}

}  // namespace
}  // namespace tutti::sim
