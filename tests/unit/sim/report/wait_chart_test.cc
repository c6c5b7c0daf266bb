#include "sim/report/wait_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::sim {
namespace {

using ::testing::HasSubstr;

TEST(WaitChartTest, ShowsEveryClass) {
  const std::string svg = WaitChart({{"small", {10, 5, 1, 2, 3, 9, 60}}, {"none", {}}});
  EXPECT_THAT(svg, HasSubstr("small: 10 jobs\nmedian 2 s, mean 5 s"));
  EXPECT_THAT(svg, HasSubstr(">no jobs</text>"));
  EXPECT_THAT(svg, HasSubstr(">1 min</text>"));
}

TEST(WaitChartTest, NoClassesNoDrawing) { EXPECT_EQ(WaitChart({}), ""); }

}  // namespace
}  // namespace tutti::sim
