#include "sim/report/timeline_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

size_t Count(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(TimelineChartTest, GangsThatOverlapStandBelowOneAnother) {
  Timeline timeline;
  timeline.lanes = {"rack-0", "rack-1"};
  timeline.intervals = {{"a", 0, 0, 5'000, "2 members"},
                        {"b", 0, 2'000, 6'000, ""},
                        {"c", 0, 5'000, 9'000, ""},
                        {"d", 7, 0, 1'000, "no such lane"},
                        {"e", 1, 9'990, 9'991, ""}};
  const std::string svg = TimelineChart(timeline, 10'000);
  EXPECT_EQ(Count(svg, "class=\"gang g"), 4u);
  EXPECT_EQ(Count(svg, " y=\"12\""), 2u) << "a and c share the first row";
  EXPECT_EQ(Count(svg, " y=\"28\""), 1u) << "b stands in the second";
  EXPECT_THAT(svg, HasSubstr("<title>a\n0 s to 5 s (5 s)\n2 members</title>"));
  EXPECT_THAT(svg, HasSubstr("width=\"1\" height=\"14\"")) << "short ones stay visible";
  EXPECT_THAT(svg, Not(HasSubstr("no such lane")));
}

TEST(TimelineChartTest, IsBounded) {
  Timeline timeline;
  timeline.lanes.assign(500, "lane");
  for (int i = 0; i < 10'000; ++i) timeline.intervals.push_back({"g", 0, 0, 1'000, ""});
  const std::string svg = TimelineChart(timeline, 1'000);
  EXPECT_EQ(Count(svg, "class=\"gang g"), Timeline::kMaxIntervals);
  EXPECT_EQ(Count(svg, ">lane</text>"), Timeline::kMaxLanes);
  EXPECT_EQ(TimelineChart(Timeline{}, 1'000), "");
}

}  // namespace
}  // namespace tutti::sim
