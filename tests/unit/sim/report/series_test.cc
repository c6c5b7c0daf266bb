#include "sim/report/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/workload/random.h"

namespace tutti::sim {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SeriesTest, ShortSeriesAreKeptWhole) {
  SeriesSampler sampler(100);
  EXPECT_THAT(sampler.Points(), IsEmpty());
  for (int i = 0; i < 20; ++i) sampler.Add(i, i % 3);
  const std::vector<Point> points = sampler.Points();
  ASSERT_THAT(points, SizeIs(20));
  EXPECT_EQ(points[19].time_ms, 19);
  EXPECT_EQ(points[19].value, 1);
}

TEST(SeriesTest, OfOneInstantTheLastValueHolds) {
  SeriesSampler sampler(100);
  for (double value : {1.0, 9.0, 2.0}) sampler.Add(5, value);
  sampler.Add(6, std::nan(""));
  const std::vector<Point> points = sampler.Points();
  ASSERT_THAT(points, SizeIs(1));
  EXPECT_EQ(points[0].value, 2);
}

TEST(SeriesTest, LongSeriesKeepTheirBoundTheirEndsAndTheirExtremes) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const size_t bound = 8 + random.Below(400);
    SeriesSampler sampler(bound);
    std::vector<Point> all;
    int64_t time = 0;
    for (int i = 0; i < 20'000; ++i) {
      time += random.Exponential(1 + static_cast<int64_t>(random.Below(100'000)));
      const auto value = static_cast<double>(random.Below(1'000'000));
      sampler.Add(time, value);
      if (!all.empty() && all.back().time_ms == time) all.pop_back();
      all.push_back({time, value});
    }
    const std::vector<Point> points = sampler.Points();
    ASSERT_LE(points.size(), bound);
    EXPECT_GE(points.size(), bound / 4);
    const auto less = [](const Point& a, const Point& b) { return a.value < b.value; };
    const auto extremes = std::minmax_element(all.begin(), all.end(), less);
    const auto kept = std::minmax_element(points.begin(), points.end(), less);
    EXPECT_EQ(kept.first->value, extremes.first->value);
    EXPECT_EQ(kept.second->value, extremes.second->value);
    EXPECT_EQ(points.front().time_ms, all.front().time_ms);
    EXPECT_EQ(points.back().time_ms, all.back().time_ms);
    EXPECT_EQ(points.back().value, all.back().value);
    for (size_t i = 1; i < points.size(); ++i) {
      ASSERT_LT(points[i - 1].time_ms, points[i].time_ms);
    }
  }
}

}  // namespace
}  // namespace tutti::sim
