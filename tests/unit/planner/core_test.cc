// The core's rules, each as a small story in a simulated world.
#include "planner/core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"
#include "tests/support/core_world.h"

namespace tutti::planner {
namespace {

using model::ReasonCode;
using testing::CoreWorld;
using ::testing::IsEmpty;
using testing::WorldOptions;

constexpr int64_t kCore = 1000;

class CoreTest : public ::testing::TestWithParam<bool> {
 protected:
  static WorldOptions Options() {
    WorldOptions options;
    options.webhook = GetParam();
    return options;
  }
  CoreWorld world_{Options()};

  void AddNodes(int count, int64_t cpu = 4 * kCore) {
    for (int i = 0; i < count; ++i) world_.AddNode(absl::StrFormat("node-%d", i), cpu);
    world_.Run();
  }
  void TearDown() override { EXPECT_THAT(world_.broken(), IsEmpty()) << world_.log(); }
};

INSTANTIATE_TEST_SUITE_P(WaysIn, CoreTest, ::testing::Bool(),
                         [](const auto& way) { return way.param ? "Webhook" : "ExtenderOnly"; });

TEST_P(CoreTest, AGangThatFitsIsBoundWhole) {
  AddNodes(2);
  world_.CreateGang("a", 8, 8, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 8);
  EXPECT_EQ(world_.core().Count().reservations, 0u);
}

TEST_P(CoreTest, NothingIsBoundBeforeMinMemberExist) {
  AddNodes(2);
  world_.CreateGang("a", 3, 4, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 0);
  world_.CreatePod("a-last", "a", 4, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 4);
}

TEST_P(CoreTest, FewerThanAllMembersSufficeAndTheRestFollows) {
  AddNodes(1);
  world_.CreateGang("a", 3, 2, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 3);
  world_.CreatePod("a-late", "a", 2, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 4);
  world_.CreatePod("a-too-many", "a", 2, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 4) << "the node is full";
}

TEST_P(CoreTest, InterleavedArrivalsNeverDeadlock) {
  AddNodes(4);
  for (const char* member : {"0", "1"}) {
    for (const char* gang : {"a", "b", "c"})
      world_.CreatePod(std::string(gang) + member, gang, 2, 4 * kCore);
  }
  world_.Pass(std::chrono::seconds(120));
  int whole = 0;
  for (const char* gang : {"a", "b", "c"}) {
    EXPECT_NE(world_.BoundOf(gang), 1) << gang;
    whole += world_.BoundOf(gang) == 2 ? 1 : 0;
  }
  EXPECT_EQ(whole, 2);
}

TEST_P(CoreTest, NineOfTenFitHoldsNothing) {
  AddNodes(9, 1 * kCore);
  world_.CreateGang("ten", 10, 10, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("ten"), 0);
  EXPECT_EQ(world_.ReasonOf("ten"), ReasonCode::kExceedsCluster);
  EXPECT_EQ(world_.core().Count().reservations, 0u);
  world_.CreateGang("nine", 9, 9, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("nine"), 9);
}

TEST_P(CoreTest, TheHeadIsReservedForAndSmallOnesDoNotOvertakeIt) {
  AddNodes(2, 4 * kCore);
  world_.CreateGang("runs", 2, 2, 4 * kCore);
  world_.Run();
  ASSERT_EQ(world_.BoundOf("runs"), 2);
  world_.CreateGang("head", 2, 2, 4 * kCore);
  world_.Run();
  EXPECT_EQ(world_.ReasonOf("head"), ReasonCode::kWaitingForCapacity);
  // One node comes free: the small gang would fit there, but the head needs it.
  world_.DeletePod("runs-0");
  world_.Run();
  world_.CreateGang("small", 1, 1, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("small"), 0);
  world_.DeletePod("runs-1");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("head"), 2);
  EXPECT_EQ(world_.BoundOf("small"), 0);
  world_.DeleteGang("head");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("small"), 1);
}

TEST_P(CoreTest, SmallOnesBackfillIntoWhatTheHeadDoesNotNeed) {
  AddNodes(3, 4 * kCore);
  world_.CreateGang("runs", 2, 2, 4 * kCore);
  world_.Run();
  world_.CreateGang("head", 2, 2, 4 * kCore);
  world_.Run();
  ASSERT_EQ(world_.BoundOf("head"), 0);
  world_.CreateGang("whole-node", 1, 1, 4 * kCore);
  world_.Run();
  // The head takes the free node and one that drains; the third would delay nobody once it is free.
  EXPECT_EQ(world_.BoundOf("whole-node"), 0);
  world_.DeleteGang("runs");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("head"), 2);
  EXPECT_EQ(world_.BoundOf("whole-node"), 1);
}

TEST_P(CoreTest, AStreamOfSmallGangsDoesNotStarveABigOne) {
  AddNodes(4, 4 * kCore);
  for (int i = 0; i < 16; ++i) world_.CreateGang(absl::StrFormat("small%d", i), 1, 1, kCore);
  world_.Run();
  world_.CreateGang("big", 4, 4, 4 * kCore);
  world_.Run();
  int finished = 0;
  for (int i = 16; i < 60 && world_.BoundOf("big") == 0; ++i) {
    world_.CreateGang(absl::StrFormat("small%d", i), 1, 1, kCore);
    world_.DeleteGang(absl::StrFormat("small%d", finished++));
    world_.Run();
  }
  EXPECT_EQ(world_.BoundOf("big"), 4);
}

TEST_P(CoreTest, DoomedGangsHoldNobodyUp) {
  AddNodes(2);
  for (int g = 0; g < 20; ++g) world_.CreateGang(absl::StrFormat("doomed%d", g), 9, 9, kCore);
  world_.CreateGang("fine", 8, 8, kCore);
  world_.Run(8000);
  EXPECT_EQ(world_.BoundOf("fine"), 8);
}

TEST_P(CoreTest, RoomHeldForMissingMembersIsGivenBackAtTheTimeout) {
  AddNodes(2);
  world_.CreateGang("gone", 7, 8, kCore);
  world_.Run();
  world_.Pass(std::chrono::seconds(61));
  EXPECT_EQ(world_.core().Count().reservations, 0u);
  world_.CreateGang("other", 8, 8, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("other"), 8);
}

TEST_P(CoreTest, AMemberRecreatedUnderItsNameIsANewMember) {
  AddNodes(1);
  world_.CreateGang("a", 4, 4, kCore);
  world_.Run();
  world_.DeletePod("a-2");
  world_.CreatePod("a-2", "a", 4, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 4);
}

TEST_P(CoreTest, AFinishedGangsNameCanBeUsedAgain) {
  AddNodes(1);
  world_.CreateGang("a", 2, 2, 2 * kCore);
  world_.Run();
  world_.FinishPod("a-0");
  world_.FinishPod("a-1");
  world_.Run();
  world_.DeleteGang("a");
  world_.Run();
  world_.CreatePod("a-0", "a", 2, 2 * kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 0) << "the new gang is not whole yet";
  world_.CreatePod("a-1", "a", 2, 2 * kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 2);
}

TEST_P(CoreTest, APlannedNodeThatVanishesIsReplacedWhereThePodIsNotPinned) {
  AddNodes(1);
  world_.AddNode("spare", 4 * kCore);
  world_.Run();
  world_.CreateGang("a", 3, 4, kCore);
  world_.Run();
  world_.RemoveNode("node-0");
  world_.CreatePod("a-last", "a", 4, kCore);
  world_.Pass(std::chrono::seconds(5));
  if (!GetParam()) {
    EXPECT_EQ(world_.BoundOf("a"), 4);
  } else {
    EXPECT_NE(world_.BoundOf("a"), 4) << "members pinned to a node that is gone cannot run";
    EXPECT_LE(world_.BoundOf("a"), 0);
  }
}

TEST_P(CoreTest, NodesComeAndGoWithoutALeak) {
  AddNodes(2);
  world_.CreateGang("a", 4, 4, kCore);
  for (int i = 0; i < 5; ++i) {
    world_.RemoveNode("node-1");
    world_.Run(50);
    world_.AddNode("node-1", 4 * kCore);
    world_.Run(50);
  }
  world_.Run();
  world_.DeleteGang("a");
  world_.Run();
  EXPECT_EQ(world_.core().Count().reservations, 0u);
  world_.CreateGang("b", 8, 8, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("b"), 8);
}

TEST_P(CoreTest, PodsOfNoGangRespectReservationsUnlessTheyMatterMore) {
  AddNodes(1);
  world_.CreatePod("filler", "", 0, 4 * kCore);
  world_.Run();
  world_.CreateGang("head", 4, 4, kCore);
  world_.Run();
  ASSERT_EQ(world_.BoundOf("head"), 0);
  world_.DeletePod("filler");
  world_.CreatePod("greedy", "", 0, 4 * kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("head"), 4);
  EXPECT_FALSE(world_.Pod("greedy")->bound());
}

TEST_P(CoreTest, ARestartInTheMiddleLosesNothing) {
  AddNodes(2);
  world_.CreateGang("a", 8, 8, kCore);
  for (int step = 0; step < 12; ++step) world_.Step();
  world_.RestartCore();
  world_.Pass(std::chrono::seconds(10));
  EXPECT_EQ(world_.BoundOf("a"), 8);
  EXPECT_EQ(world_.core().Count().reservations, 0u);
}

TEST_P(CoreTest, TheRebuiltStateEqualsTheLiveOne) {
  AddNodes(3);
  world_.CreateGang("a", 4, 4, kCore);
  world_.CreateGang("b", 5, 5, kCore);
  world_.CreatePod("plain", "", 0, kCore);
  world_.Run();
  const std::string live = world_.core().DurableState();
  world_.RestartCore();
  EXPECT_EQ(world_.core().DurableState(), live);
}

TEST_P(CoreTest, WithoutLeadershipNothingIsPromisedOrBound) {
  AddNodes(2);
  world_.SetLeading(false);
  world_.CreateGang("a", 4, 4, kCore);
  world_.Run(200);
  EXPECT_EQ(world_.BoundOf("a"), 0);
  EXPECT_FALSE(world_.snapshot()->ready);
  world_.SetLeading(true);
  world_.Pass(std::chrono::seconds(10));
  EXPECT_EQ(world_.BoundOf("a"), 4);
}

TEST_P(CoreTest, LosingLeadershipGivesEverythingBack) {
  AddNodes(2);
  world_.CreateGang("a", 3, 4, kCore);
  world_.Run();
  world_.SetLeading(false);
  EXPECT_EQ(world_.core().Count().reservations, 0u);
  EXPECT_EQ(world_.core().Count().parked_binds, 0u);
}

TEST_P(CoreTest, PriorityComesBeforeArrival) {
  AddNodes(1);
  world_.CreatePod("blocker", "", 0, 4 * kCore);
  world_.Run();
  for (int i = 0; i < 4; ++i) world_.CreatePod(absl::StrFormat("low-%d", i), "low", 4, kCore, 0);
  world_.Run();
  for (int i = 0; i < 4; ++i)
    world_.CreatePod(absl::StrFormat("high-%d", i), "high", 4, kCore, 100);
  world_.Run();
  world_.DeletePod("blocker");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("high"), 4);
  EXPECT_EQ(world_.BoundOf("low"), 0);
}

TEST_P(CoreTest, GangsOfOneShapeEachSayWhatTheyLackThemselves) {
  AddNodes(2, 4 * kCore);
  world_.CreateGang("runs", 4, 4, kCore);
  world_.Run();
  world_.CreateGang("later", 6, 6, kCore);
  world_.CreateGang("never", 9, 9, kCore);
  world_.Run();
  EXPECT_EQ(world_.ReasonOf("later"), ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(world_.ReasonOf("never"), ReasonCode::kExceedsCluster);
}

// Ops bug 1: a bind with somebody else's uid must not touch anything.
TEST_P(CoreTest, Bug1AForgedBindChangesNothing) {
  AddNodes(1);
  const base::Uid victim = world_.CreatePod("victim", "a", 2, kCore);
  world_.Run();
  const size_t before = world_.core().Count().reservations;
  world_.Apply(model::BindRequested{victim, "default", "attacker", "node-0", 999'999});
  EXPECT_EQ(world_.CountLogged("belongs to pod default/victim"), 1u);
  EXPECT_EQ(world_.core().Count().reservations, before);
}

// kube-scheduler writes the failed bind into the pod's condition, where it looks like a refusal.
TEST_P(CoreTest, Bug5AFailedBindSaysNothingAgainstTheNode) {
  WorldOptions options = Options();
  options.failing_binds = 2;
  CoreWorld world(options);
  world.AddNode("only", 4 * kCore);
  world.Run();
  world.CreateGang("a", 4, 4, kCore);
  world.Pass(std::chrono::seconds(3));
  EXPECT_EQ(world.BoundOf("a"), 4) << world.log();
  EXPECT_EQ(world.CountLogged("PinnedNodeLost") + world.CountLogged("NoEligibleNode"), 0u);
}

TEST_P(CoreTest, ALateMemberThatNeverComesGivesItsRoomBack) {
  AddNodes(1);
  world_.CreateGang("a", 2, 2, kCore);
  world_.Run();
  ASSERT_EQ(world_.BoundOf("a"), 2);
  model::PodInfo late = *world_.Pod("a-0");
  late.uid = {};
  late.name = "a-late";
  late.node_name.clear();
  world_.Apply(model::PodAdmitted{late, /*dry_run=*/false, 12345});
  world_.Pass(std::chrono::seconds(11));
  EXPECT_EQ(world_.core().Count().reservations, 0u);
}

// The API server gave up waiting for the webhook and created the pods as they were.
TEST_P(CoreTest, SlotsOfPodsThatCameWithoutThemAreGivenBack) {
  AddNodes(2);
  world_.CreateGang("a", 4, 4, kCore);
  model::PodInfo asked = *world_.Pod("a-0");
  asked.uid = {};
  world_.Apply(model::PodAdmitted{asked, /*dry_run=*/false, 12345});
  world_.Pass(std::chrono::seconds(11));
  EXPECT_EQ(world_.BoundOf("a"), 4);
  EXPECT_EQ(world_.core().Count().reservations, 0u);
}

TEST_P(CoreTest, MembersThatMustNotMeetArePlannedApart) {
  WorldOptions options = Options();
  options.apart = true;
  CoreWorld world(options);
  for (int i = 0; i < 4; ++i) world.AddNode(absl::StrFormat("node-%d", i), 4 * kCore);
  world.Run();
  world.CreateGang("a", 4, 4, kCore);
  world.Pass(std::chrono::seconds(3));
  EXPECT_EQ(world.BoundOf("a"), 4) << world.log();
  world.DeletePod("a-2");
  world.Run();
  world.CreatePod("a-2", "a", 4, kCore);
  world.Pass(std::chrono::seconds(3));
  EXPECT_EQ(world.BoundOf("a"), 4) << world.log();
}

TEST_P(CoreTest, ABindOfAnUnknownPodIsAnsweredInTheEnd) {
  AddNodes(1);
  world_.Apply(model::BindRequested{{9, 9}, "default", "nobody", "node-0", 999'998});
  world_.Pass(std::chrono::seconds(5));
  EXPECT_EQ(world_.CountLogged("tutti/NotYetSeen"), 1u);
}

}  // namespace
}  // namespace tutti::planner
