#include "sim/report/line_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tutti::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(LineChartTest, DrawsStepsToTheEndOfTheSpan) {
  const Chart chart = {"Queue", "jobs", {{"waiting", {{0, 0}, {5'000, 10}, {7'500, 5}}}}};
  const std::string svg = LineChart(chart, 10'000);
  // The area is 888 wide from 56 and 178 high down to 208; the axis ends at 10.
  EXPECT_THAT(svg, HasSubstr("d=\"M56 208H500V30H722V119H944\" class=\"line s0\""));
  EXPECT_THAT(svg, HasSubstr("class=\"area s0\""));
  EXPECT_THAT(svg, HasSubstr("waiting: 10 jobs"));
  EXPECT_THAT(svg, HasSubstr(">jobs</text>"));
  EXPECT_THAT(svg, HasSubstr("virtual time (s)"));
}

TEST(LineChartTest, SharesAreInPerCent) {
  const Chart chart = {"Use", "share", {{"cpu", {{0, 0.5}}}, {"gpu", {{0, std::nan("")}}}}};
  const std::string svg = LineChart(chart, 1'000);
  EXPECT_THAT(svg, HasSubstr(">%</text>"));
  EXPECT_THAT(svg, HasSubstr("cpu: 50 %"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("class=\"line s1\"")));
}

TEST(LineChartTest, NothingToDraw) {
  EXPECT_EQ(LineChart({"t", "u", {}}, 1'000), "");
  EXPECT_EQ(LineChart({"t", "u", {{"s", {}}}}, 1'000), "");
}

}  // namespace
}  // namespace tutti::sim
