#include "planner/gang_placer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/unit/planner/placer_world.h"

namespace tutti::planner {
namespace {

using model::kCpu;
using model::NodeIndex;
using model::ReasonCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kGpu;
using testing::PlacerWorld;
using testing::ShapeOf;

class GangPlacerTest : public ::testing::Test {
 protected:
  PlacerWorld world_;
};

TEST_F(GangPlacerTest, TheFullestNodeIsFilledBeforeTheNext) {
  for (const char* name : {"empty", "half", "fuller"}) world_.AddNode(name, 4000);
  world_.nodes.Charge("half", {{kCpu, 2000}}, {});
  world_.nodes.Charge("fuller", {{kCpu, 3000}}, {});
  EXPECT_THAT(world_.Names(world_.Place(ShapeOf({{kCpu, 1000}}), 4)),
              ElementsAre("fuller", "half", "half", "empty"));
}

TEST_F(GangPlacerTest, OfEqualNodesTheOneKnownFirstIsTaken) {
  for (const char* name : {"z", "a", "m"}) world_.AddNode(name, 2000);
  EXPECT_THAT(world_.Names(world_.Place(ShapeOf({{kCpu, 1000}}), 5)),
              ElementsAre("z", "z", "a", "a", "m"));
}

TEST_F(GangPlacerTest, RoomLeftIsSummedOverWhatIsAskedForAsAShareOfTheNode) {
  world_.AddNode("much-cpu", 64'000, 8);
  world_.AddNode("much-gpu", 8000, 8);
  // Of both the pod leaves three quarters of the gpus; of the first also nearly all cpus.
  EXPECT_THAT(world_.Names(world_.Place(ShapeOf({{kCpu, 4000}, {kGpu, 2}}), 1)),
              ElementsAre("much-gpu"));
}

TEST_F(GangPlacerTest, VirtualNodesAreForWhatFitsNowhereElse) {
  world_.AddVirtualNode("burst", 3000);  // known first, and the tighter fit
  world_.AddNode("a", 8000);
  world_.AddNode("b", 8000);
  const auto shape = ShapeOf({{kCpu, 1000}});
  EXPECT_THAT(world_.Names(world_.Place(shape, 1)), ElementsAre("a"));
  EXPECT_THAT(world_.Names(world_.Place(ShapeOf({{kCpu, 4000}}), 4)),
              ElementsAre("a", "a", "b", "b"));
  world_.nodes.Charge("a", {{kCpu, 7000}}, {});
  world_.nodes.Charge("b", {{kCpu, 8000}}, {});
  EXPECT_THAT(world_.Names(world_.Place(shape, 3)), ElementsAre("a", "burst", "burst"))
      << "no more of them than are needed";
  EXPECT_THAT(world_.Names(world_.Place(ShapeOf({{kCpu, 2000}}), 1)), ElementsAre("burst"));
  EXPECT_FALSE(world_.Place(shape, 5).fits);
}

// The large class could have a virtual node to itself, and the small one the other.
TEST_F(GangPlacerTest, AGangThatFitsOnRealNodesIsWholeThere) {
  world_.AddVirtualNode("burst", 64'000);
  world_.AddNode("a", 4000);
  world_.AddNode("b", 1000);
  const Placement placement = world_.Place({PlacerWorld::Class(ShapeOf({{kCpu, 1000}}), 2),
                                            PlacerWorld::Class(ShapeOf({{kCpu, 3000}}), 1)});
  ASSERT_TRUE(placement.fits);
  for (size_t c = 0; c < 2; ++c)
    for (const std::string& name : world_.Names(placement, c)) EXPECT_NE(name, "burst");
}

TEST_F(GangPlacerTest, WhatWillBeFreeOnVirtualNodesIsNotPlannedOn) {
  const NodeIndex burst = world_.AddVirtualNode("burst", 4000);
  world_.AddNode("a", 2000);
  const std::vector<MemberClass> three = {PlacerWorld::Class(ShapeOf({{kCpu, 1000}}), 3)};
  EXPECT_TRUE(world_.placer.Place(three).fits);
  EXPECT_FALSE(world_.placer.PlaceAfter(three, {{burst, {{kCpu, 1000}}}}).fits);
  EXPECT_TRUE(world_.PlaceWhenDrained(three).fits) << "it is not more than the cluster has";
  world_.nodes.Remove("burst");
  EXPECT_FALSE(world_.placer.Place(three).fits);
  world_.AddNode("c", 1000);  // where the virtual one stood
  EXPECT_TRUE(world_.placer.PlaceAfter(three, {}).fits);
}

TEST_F(GangPlacerTest, PlacingLeavesTheTableAsItWas) {
  const NodeIndex a = world_.AddNode("a", 4000, 2);
  const auto shape = ShapeOf({{kCpu, 1000}, {kGpu, 1}});
  EXPECT_TRUE(world_.Place(shape, 2).fits);
  EXPECT_FALSE(world_.Place({PlacerWorld::Class(shape, 2), PlacerWorld::Class(shape, 1)}).fits);
  EXPECT_EQ(world_.nodes.Free(kCpu, a), 4000);
  EXPECT_EQ(world_.nodes.Free(kGpu, a), 2);
}

TEST_F(GangPlacerTest, TheScarceClassChoosesFirst) {
  world_.AddNode("gpu", 2000, 2);
  world_.AddNode("plain", 2000);
  const auto workers = ShapeOf({{kCpu, 1000}});
  const auto trainers = ShapeOf({{kCpu, 1000}, {kGpu, 1}});
  const Placement placement =
      world_.Place({PlacerWorld::Class(workers, 2), PlacerWorld::Class(trainers, 2)});
  ASSERT_TRUE(placement.fits) << "the workers must not take the node with the gpus";
  EXPECT_THAT(world_.Names(placement, 0), ElementsAre("plain", "plain"));
  EXPECT_THAT(world_.Names(placement, 1), ElementsAre("gpu", "gpu"));
}

TEST_F(GangPlacerTest, OfEquallyScarceClassesTheLargerGoesFirst) {
  world_.AddNode("a", 4000);
  world_.AddNode("b", 3000);
  const auto small = ShapeOf({{kCpu, 1000}});
  const auto large = ShapeOf({{kCpu, 3000}});
  // 7 places for 3 members are 2 for each, as are 2 places for 1.
  const Placement placement =
      world_.Place({PlacerWorld::Class(small, 3), PlacerWorld::Class(large, 1)});
  ASSERT_TRUE(placement.fits);
  EXPECT_THAT(world_.Names(placement, 1), ElementsAre("b"));
  EXPECT_THAT(world_.Names(placement, 0), ElementsAre("a", "a", "a"));
}

TEST_F(GangPlacerTest, RefusedNodesAreLeftOut) {
  const NodeIndex a = world_.AddNode("a", 1000);
  world_.AddNode("b", 4000);
  MemberClass wanted = PlacerWorld::Class(ShapeOf({{kCpu, 1000}}), 2);
  wanted.refused = {a};
  EXPECT_THAT(world_.Names(world_.Place({wanted})), ElementsAre("b", "b"));
  wanted.count = 5;
  EXPECT_FALSE(world_.Place({wanted}).fits);
}

TEST_F(GangPlacerTest, APinnedClassGetsItsNodesOrNone) {
  world_.AddNode("a", 1000);
  const NodeIndex b = world_.AddNode("b", 4000);
  MemberClass wanted = PlacerWorld::Class(ShapeOf({{kCpu, 1000}}), 2);
  wanted.only = {NodeIndex(), b};
  EXPECT_THAT(world_.Names(world_.Place({wanted})), ElementsAre("b", "b"));
  wanted.only = {NodeIndex()};
  EXPECT_EQ(world_.Place({wanted}).reason.code, ReasonCode::kPinnedNodeLost);
  wanted.only = {b};
  wanted.count = 5;
  EXPECT_EQ(world_.Place({wanted}).reason.code, ReasonCode::kPinnedNodeLost);
}

TEST_F(GangPlacerTest, PinnedMembersChooseBeforeTheOthers) {
  const NodeIndex a = world_.AddNode("a", 1000);
  world_.AddNode("b", 1000);
  const auto shape = ShapeOf({{kCpu, 1000}});
  MemberClass pinned = PlacerWorld::Class(shape, 1);
  pinned.only = {a};
  const Placement placement = world_.Place({PlacerWorld::Class(shape, 1), pinned});
  ASSERT_TRUE(placement.fits);
  EXPECT_THAT(world_.Names(placement, 0), ElementsAre("b"));
}

TEST_F(GangPlacerTest, MembersWithAHostPortSpread) {
  model::PodShape shape = *ShapeOf({{kCpu, 100}});
  shape.host_ports = {{"0.0.0.0", "TCP", 80}};
  const auto web = std::make_shared<const model::PodShape>(shape);
  const NodeIndex a = world_.AddNode("a", 4000);
  world_.AddNode("b", 4000);
  EXPECT_THAT(world_.Names(world_.Place(web, 2)), ElementsAre("a", "b"));
  EXPECT_FALSE(world_.Place(web, 3).fits);
  world_.nodes.Reserve(a, {}, {{"10.0.0.1", "TCP", 80}});
  EXPECT_FALSE(world_.Place(web, 2).fits);
  EXPECT_EQ(world_.Place(web, 2).reason.have, 1);
}

TEST_F(GangPlacerTest, TheShortageNamesTheScarcestResourceInItsUnits) {
  world_.AddNode("a", 8000, 2);
  world_.AddNode("b", 8000, 1);
  const Placement placement = world_.Place(ShapeOf({{kCpu, 1000}, {kGpu, 1}}), 4);
  EXPECT_EQ(placement.reason, (model::Reason{ReasonCode::kWaitingForCapacity, 4, 3, kGpu}));
  EXPECT_THAT(placement.nodes, IsEmpty());
}

TEST_F(GangPlacerTest, WhereNoResourceAloneIsShortItCountsMembers) {
  world_.AddNode("cpu", 8000);
  world_.AddNode("gpu", 500, 8);
  const Placement placement = world_.Place(ShapeOf({{kCpu, 1000}, {kGpu, 1}}), 1);
  EXPECT_EQ(placement.reason, (model::Reason{ReasonCode::kWaitingForCapacity, 1, 0, {}}));
}

TEST_F(GangPlacerTest, WhereNoNodeTakesSuchAPodTheReasonIsNotRoom) {
  world_.AddNode("a", 8000);
  model::PodShape shape = *ShapeOf({{kCpu, 100}});
  shape.node_selector = {{"zone", "nowhere"}};
  EXPECT_EQ(world_.Place(std::make_shared<const model::PodShape>(shape), 1).reason.code,
            ReasonCode::kNoEligibleNode);
  EXPECT_EQ(PlacerWorld().Place(ShapeOf({{kCpu, 1}}), 1).reason.code, ReasonCode::kNoEligibleNode);
}

TEST_F(GangPlacerTest, AnAbsurdRequestTimesManyMembersDoesNotWrapRound) {
  world_.AddNode("a", 8000);
  const Placement placement = world_.Place(ShapeOf({{kCpu, int64_t{1} << 53}}), 100'000);
  EXPECT_FALSE(placement.fits);
  EXPECT_GT(placement.reason.need, int64_t{1} << 53);
}

TEST_F(GangPlacerTest, ADrainedClusterHasRoomForWhatRunsNow) {
  const NodeIndex a = world_.AddNode("a", 4000);
  world_.AddNode("b", 4000);
  world_.nodes.Charge("a", {{kCpu, 3000}}, {});
  world_.nodes.Charge("b", {{kCpu, 4000}}, {});
  world_.nodes.Reserve(a, {{kCpu, 1000}}, {});
  const auto shape = ShapeOf({{kCpu, 4000}});
  EXPECT_FALSE(world_.Place(shape, 1).fits);
  EXPECT_THAT(world_.Names(world_.PlaceWhenDrained({PlacerWorld::Class(shape, 1)})),
              ElementsAre("a"))
      << "less must drain there";
  EXPECT_TRUE(world_.PlaceWhenDrained({PlacerWorld::Class(shape, 2)}).fits);
  EXPECT_FALSE(world_.PlaceWhenDrained({PlacerWorld::Class(shape, 3)}).fits);
  EXPECT_FALSE(
      world_.PlaceWhenDrained({PlacerWorld::Class(shape, 1), PlacerWorld::Class(shape, 2)}).fits)
      << "each class sees what the ones before it took";
}

TEST_F(GangPlacerTest, PodsThatNeverEndDoNotDrain) {
  world_.AddNode("a", 4000);
  world_.nodes.Charge("a", {{kCpu, 500}}, {{"0.0.0.0", "TCP", 9100}});
  world_.nodes.ChargePermanent("a", {{kCpu, 500}}, {{"0.0.0.0", "TCP", 9100}});
  world_.nodes.Charge("a", {}, {{"0.0.0.0", "TCP", 80}});
  EXPECT_FALSE(world_.PlaceWhenDrained({PlacerWorld::Class(ShapeOf({{kCpu, 4000}}), 1)}).fits);
  const auto with_port = [](int32_t port) {
    model::PodShape shape = *ShapeOf({{kCpu, 100}});
    shape.host_ports = {{"0.0.0.0", "TCP", port}};
    return PlacerWorld::Class(std::make_shared<const model::PodShape>(shape), 1);
  };
  EXPECT_FALSE(world_.PlaceWhenDrained({with_port(9100)}).fits);
  EXPECT_TRUE(world_.PlaceWhenDrained({with_port(80)}).fits);
  EXPECT_FALSE(world_.PlaceWhenDrained({with_port(80), with_port(80)}).fits)
      << "two classes cannot have the same port";
}

TEST_F(GangPlacerTest, MembersOfOneNodeStandSideBySideAcrossBlocks) {
  for (int i = 0; i < 600; ++i) world_.AddNode(absl::StrFormat("n%d", i), 3000);
  const Placement placement = world_.Place(ShapeOf({{kCpu, 1000}}), 1800);
  ASSERT_TRUE(placement.fits);
  for (size_t i = 0; i < 1800; ++i)
    ASSERT_EQ(placement.nodes[0][i], NodeIndex(static_cast<uint32_t>(i / 3)));
}

}  // namespace
}  // namespace tutti::planner
