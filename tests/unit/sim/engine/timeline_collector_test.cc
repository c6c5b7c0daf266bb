#include "sim/engine/timeline_collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sim/engine/sim_world.h"

namespace tutti::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(TimelineCollectorTest, EachNodeIsALaneWhereThereAreFew) {
  TimelineCollector collector(CpuNodes(3, 1), "");
  EXPECT_EQ(collector.LaneOf(2), 2u);
  EXPECT_THAT(collector.Take().lanes, ElementsAre("n0", "n1", "n2"));
}

TEST(TimelineCollectorTest, NeighboursShareALaneWhereThereAreMany) {
  TimelineCollector collector(CpuNodes(100, 1), "");
  EXPECT_EQ(collector.LaneOf(0), collector.LaneOf(1));
  EXPECT_NE(collector.LaneOf(1), collector.LaneOf(2));
  const Timeline timeline = collector.Take();
  EXPECT_THAT(timeline.lanes, SizeIs(50));
  EXPECT_EQ(timeline.lanes[49], "n98 to n99");
}

TEST(TimelineCollectorTest, NodesWithTheSameLabelShareALane) {
  std::vector<SimNode> nodes = CpuNodes(4, 1);
  nodes[0].labels = nodes[2].labels = {{"rack", "r1"}};
  nodes[1].labels = {{"rack", "r2"}};
  TimelineCollector collector(nodes, "rack");
  EXPECT_EQ(collector.LaneOf(0), collector.LaneOf(2));
  EXPECT_THAT(collector.Take().lanes, ElementsAre("r1", "r2", "without rack"));
}

TEST(TimelineCollectorTest, TooManyLabelsShareTheLastLane) {
  std::vector<SimNode> nodes = CpuNodes(100, 1);
  for (size_t i = 0; i < nodes.size(); ++i) nodes[i].labels = {{"rack", std::to_string(i)}};
  TimelineCollector collector(nodes, "rack");
  EXPECT_EQ(collector.LaneOf(63), collector.LaneOf(99));
  const Timeline timeline = collector.Take();
  EXPECT_THAT(timeline.lanes, SizeIs(Timeline::kMaxLanes));
  EXPECT_EQ(timeline.lanes.back(), "others");
}

TEST(TimelineCollectorTest, KeepsTheGangsThatTookMost) {
  TimelineCollector collector(CpuNodes(1, 1), "");
  const auto most = static_cast<int64_t>(Timeline::kMaxIntervals);
  const auto add = [&](const char* gang, int64_t start_ms, int64_t end_ms, int64_t members) {
    collector.Add(end_ms - start_ms, members, [&] {
      return Interval{gang, 0, start_ms, end_ms, ""};
    });
  };
  for (int64_t i = 0; i < most; ++i) add("small", i, i + 10, 1);
  add("wide", 5, 15, 100);
  add("tiny", 6, 7, 1);
  const Timeline timeline = collector.Take();
  EXPECT_THAT(timeline.intervals, SizeIs(Timeline::kMaxIntervals));
  EXPECT_EQ(timeline.left_out, 2);
  int wide = 0;
  for (const Interval& interval : timeline.intervals) {
    wide += interval.gang == "wide" ? 1 : 0;
    EXPECT_NE(interval.gang, "tiny");
  }
  EXPECT_EQ(wide, 1);
  EXPECT_EQ(timeline.intervals.front().start_ms, 0) << "in the order of time";
}

}  // namespace
}  // namespace tutti::sim
