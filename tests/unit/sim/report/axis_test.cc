#include "sim/report/axis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tutti::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::vector<std::string> Labels(const Axis& axis) {
  std::vector<std::string> labels;
  for (const Tick& tick : axis.ticks) labels.push_back(tick.label);
  return labels;
}

TEST(AxisTest, CountsEndAtARoundNumber) {
  EXPECT_THAT(Labels(CountAxis(7, "")), ElementsAre("0", "1", "2", "3", "4", "5", "6", "7"));
  EXPECT_THAT(Labels(CountAxis(93, "")), ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(Labels(CountAxis(0.3, "")),
              ElementsAre("0", "0.05", "0.1", "0.15", "0.2", "0.25", "0.3"));
  for (double greatest : {0.0, -1.0, std::numeric_limits<double>::infinity(), std::nan("")}) {
    EXPECT_EQ(CountAxis(greatest, "").max, 1) << greatest;
  }
  for (double greatest = 1e-6; greatest < 1e14; greatest *= 3) {
    const Axis axis = CountAxis(greatest, "");
    EXPECT_GE(axis.max * (1 + 1e-6), greatest);
    EXPECT_LE(axis.ticks.size(), 10u) << greatest;
  }
}

TEST(AxisTest, TimeIsInTheUnitThatSuitsTheSpan) {
  EXPECT_EQ(TimeAxis(5 * 3'600'000).unit, "h");
  EXPECT_THAT(Labels(TimeAxis(5 * 3'600'000)), ElementsAre("0", "1", "2", "3", "4", "5"));
  EXPECT_EQ(TimeAxis(90'000).unit, "s");
  EXPECT_EQ(TimeAxis(int64_t{340} * 86'400'000).unit, "d");
  for (int64_t span = 1; span < int64_t{1} << 50; span *= 3) {
    const Axis axis = TimeAxis(span);
    EXPECT_LE(axis.ticks.size(), 12u) << span;
    EXPECT_GE(axis.ticks.size(), 2u) << span;
  }
  EXPECT_EQ(TimeAxis(0).max, 1);
}

TEST(AxisTest, PlacesStayOnTheAxis) {
  const Axis axis = ShareAxis();
  EXPECT_EQ(axis.Place(0.5), 0.5);
  EXPECT_EQ(axis.Place(-1), 0);
  EXPECT_EQ(axis.Place(7), 1);
  EXPECT_EQ(axis.Place(std::nan("")), 0);
  const Axis waits = WaitAxis(3600);
  EXPECT_THAT(Labels(waits), ElementsAre("0", "1 s", "10 s", "1 min", "10 min", "1 h"));
  EXPECT_EQ(PlaceWait(waits, 0), 0);
  EXPECT_EQ(PlaceWait(waits, 3600), 1);
  EXPECT_THAT(WaitAxis(0).ticks, SizeIs(2));
}

}  // namespace
}  // namespace tutti::sim
