// Devices through the whole core: plan, ledger, Binding, what others have bound, restart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "planner/core.h"
#include "tests/support/device_world.h"

namespace tutti::planner {
namespace {

using testing::DeviceWorld;
using ::testing::IsEmpty;

class CoreDevicesTest : public ::testing::Test {
 protected:
  ~CoreDevicesTest() override { EXPECT_THAT(world_.broken, IsEmpty()); }

  DeviceWorld world_;
};

TEST_F(CoreDevicesTest, SharesFillADeviceBeforeTheNextAndTheBindingSaysWhich) {
  world_.AddDeviceNode("a", 2);
  model::PodInfo first = world_.DevicePod("first", 1, 600);
  model::PodInfo second = world_.DevicePod("second", 1, 300);
  model::PodInfo third = world_.DevicePod("third", 1, 300);
  EXPECT_EQ(world_.Run(first), "0");
  EXPECT_EQ(world_.Run(second), "0");
  EXPECT_EQ(world_.Run(third), "1");
  EXPECT_EQ(world_.FreeOn("a"), "100 700");
}

TEST_F(CoreDevicesTest, WholeDevicesAreThoseThatNobodyShares) {
  world_.AddDeviceNode("a", 4);
  model::PodInfo share = world_.DevicePod("share", 1, 10);
  model::PodInfo pair = world_.DevicePod("pair", 2, 1000);
  EXPECT_EQ(world_.Run(share), "0");
  EXPECT_EQ(world_.Run(pair), "1-2");
  EXPECT_EQ(world_.FreeOn("a"), "990 0 0 1000");
}

TEST_F(CoreDevicesTest, EnoughInSumButOnNoDeviceIsToldInNumbers) {
  world_.AddDeviceNode("a", 2);
  for (const char* name : {"x", "y"}) {
    model::PodInfo share = world_.DevicePod(name, 1, 600);
    world_.Run(share);
  }
  model::PodInfo late = world_.DevicePod("late", 1, 500);
  world_.Show(late);
  world_.Pass();
  EXPECT_EQ(world_.HeldBecause(late), model::ReasonCode::kWaitingForCapacity);
  const auto reports = world_.Take<model::ReportGang>();
  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(
      model::Describe(reports.back().reason, {}, world_.resources),
      "WaitingForCapacity: not enough free room for minMember pods at once; waits for running "
      "pods to finish (need 500 tutti.dev/gpu-milli, have 0 tutti.dev/gpu-milli)");
}

TEST_F(CoreDevicesTest, MoreDevicesThanAnyNodeHasExceedTheCluster) {
  world_.AddDeviceNode("a", 2);
  world_.AddDeviceNode("b", 2);
  model::PodInfo pod = world_.DevicePod("pod", 4, 1000);
  world_.Show(pod);
  world_.Pass();
  EXPECT_EQ(world_.HeldBecause(pod), model::ReasonCode::kExceedsCluster);
}

TEST_F(CoreDevicesTest, AGangGetsDevicesForEachMemberOrNone) {
  world_.AddDeviceNode("a", 2);
  const auto shape = world_.DeviceShape(1, 700);
  std::vector<model::PodInfo> members;
  for (const char* name : {"m-0", "m-1"}) members.push_back(world_.NewPod(name, "g", 2, shape));
  for (const model::PodInfo& member : members) world_.Show(member);
  world_.Pass();
  EXPECT_EQ(world_.FreeOn("a"), "300 300");
  world_.Apply(model::PodDeleted{members[0].uid});
  world_.Apply(model::PodDeleted{members[1].uid});
  EXPECT_EQ(world_.FreeOn("a"), "1000 1000");
}

TEST_F(CoreDevicesTest, ThreeMembersDoNotFitOntoTwoDevicesTheyWouldHaveToSplit) {
  world_.AddDeviceNode("a", 2);
  const auto shape = world_.DeviceShape(1, 600);
  for (const char* name : {"m-0", "m-1", "m-2"}) world_.Show(world_.NewPod(name, "g", 3, shape));
  world_.Pass();
  EXPECT_EQ(world_.reservations(), 0u);
  EXPECT_EQ(world_.FreeOn("a"), "1000 1000");
}

TEST_F(CoreDevicesTest, PodsThatDoNotSayTakeTheTightestDeviceTheOldestFirst) {
  world_.AddDeviceNode("a", 2);
  model::PodInfo young = world_.DevicePod("young", 1, 300);
  young.created_seconds = 20;
  young.node_name = "a";
  model::PodInfo old = world_.DevicePod("old", 1, 800);
  old.created_seconds = 10;
  old.node_name = "a";
  world_.Show(young);
  EXPECT_EQ(world_.FreeOn("a"), "700 1000");
  world_.Show(old);
  EXPECT_EQ(world_.FreeOn("a"), "200 700") << "as if the old one had been seen first";
  world_.Apply(model::PodDeleted{old.uid});
  EXPECT_EQ(world_.FreeOn("a"), "700 1000");
}

TEST_F(CoreDevicesTest, PodsThatDoNotSayKeepOffThoseThatDo) {
  world_.AddDeviceNode("a", 2);
  model::PodInfo silent = world_.DevicePod("silent", 1, 1000);
  silent.node_name = "a";
  world_.Show(silent);
  EXPECT_EQ(world_.FreeOn("a"), "0 1000");
  model::PodInfo says = world_.DevicePod("says", 1, 400);
  says.node_name = "a";
  says.devices.Add(0);
  world_.Show(says);
  EXPECT_EQ(world_.FreeOn("a"), "600 0");
}

TEST_F(CoreDevicesTest, APodMayBeKnownBeforeItsNode) {
  model::PodInfo silent = world_.DevicePod("silent", 2, 1000);
  silent.node_name = "a";
  world_.Show(silent);
  world_.AddDeviceNode("a", 3);
  EXPECT_EQ(world_.FreeOn("a"), "0 0 1000");
  world_.Apply(model::NodeDeleted{"a"});
  world_.AddDeviceNode("a", 2);
  EXPECT_EQ(world_.FreeOn("a"), "0 0");
}

TEST_F(CoreDevicesTest, ANodeThatLostDevicesGivesUpWhatWasPromisedOnIt) {
  world_.AddDeviceNode("a", 2);
  model::PodInfo pod = world_.DevicePod("pod", 2, 1000);
  world_.Show(pod);
  world_.Pass();
  EXPECT_EQ(world_.PlacedOn(pod), "a");
  world_.AddDeviceNode("a", 1);
  EXPECT_EQ(world_.PlacedOn(pod), "");
  EXPECT_EQ(world_.FreeOn("a"), "1000");
}

TEST_F(CoreDevicesTest, TheHeadWaitsForTheDevicesThatAreFreeSoonest) {
  world_.AddDeviceNode("a", 2);
  model::PodInfo running = world_.DevicePod("running", 1, 1000);
  EXPECT_EQ(world_.Run(running), "0");
  model::PodInfo head = world_.DevicePod("head", 2, 1000);
  world_.Show(head);
  world_.Pass();
  EXPECT_EQ(world_.HeldBecause(head), model::ReasonCode::kWaitingForCapacity);
  model::PodInfo small = world_.DevicePod("small", 1, 100);
  world_.Show(small);
  world_.Pass();
  EXPECT_EQ(world_.HeldBecause(small), model::ReasonCode::kBehindHead);
  world_.Apply(model::PodDeleted{running.uid});
  world_.Pass();
  EXPECT_EQ(world_.PlacedOn(head), "a");
}

}  // namespace
}  // namespace tutti::planner
