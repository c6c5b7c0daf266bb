// Members that are missing, late, surplus, gone, or come again under the same name.
#include "planner/core.h"
#include "tests/unit/planner/core_story.h"

namespace tutti::planner {
namespace {

using ::testing::IsEmpty;

class CoreMemberTest : public CoreStory {};

INSTANTIATE_TEST_SUITE_P(WaysIn, CoreMemberTest, ::testing::Bool(), WayIn);

TEST_P(CoreMemberTest, NothingIsBoundBeforeMinMemberExist) {
  AddNodes(2);
  world_.CreateGang("a", 3, 4, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 0);
  world_.CreatePod("a-last", "a", 4, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 4);
}

TEST_P(CoreMemberTest, FewerThanAllMembersSufficeAndTheRestFollows) {
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

TEST_P(CoreMemberTest, RoomHeldForMissingMembersIsGivenBackAtTheTimeout) {
  AddNodes(2);
  world_.CreateGang("gone", 7, 8, kCore);
  world_.Run();
  world_.Pass(std::chrono::seconds(61));
  EXPECT_EQ(world_.core().reservations(), 0u);
  world_.CreateGang("other", 8, 8, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("other"), 8);
}

TEST_P(CoreMemberTest, AMemberRecreatedUnderItsNameIsANewMember) {
  AddNodes(1);
  world_.CreateGang("a", 4, 4, kCore);
  world_.Run();
  world_.DeletePod("a-2");
  world_.CreatePod("a-2", "a", 4, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 4);
}

TEST_P(CoreMemberTest, AFinishedGangsNameCanBeUsedAgain) {
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

TEST_P(CoreMemberTest, LateSurplusIsBoundOneByOneAndNeverInPlaceOfTheMinimum) {
  AddNodes(1, 6 * kCore);
  world_.CreateGang("first", 3, 2, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("first"), 3);
  world_.CreateGang("second", 3, 3, kCore);
  for (int i = 3; i < 6; ++i) world_.CreatePod(absl::StrFormat("first-%d", i), "first", 2, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("second") + world_.BoundOf("first"), 6);
  EXPECT_TRUE(world_.BoundOf("second") == 3 || world_.BoundOf("second") == 0);
  world_.DeletePod("first-0");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("second") + world_.BoundOf("first"),
            world_.BoundOf("second") == 3 ? 6 : 5);
}

// Ops bug 13: events of the old pod come after its successor of the same name is there.
TEST_P(CoreMemberTest, Bug13LateEventsOfTheOldUidTouchNothingOfTheNewPod) {
  AddNodes(1);
  world_.CreateGang("a", 4, 4, kCore);
  world_.Run();
  model::PodInfo old = *world_.Pod("a-2");
  world_.DeletePod("a-2");
  world_.CreatePod("a-2", "a", 4, kCore);
  world_.Run();
  ASSERT_EQ(world_.BoundOf("a"), 4);
  const std::string before = world_.core().DurableState();
  world_.Apply(model::PodDeleted{old.uid});
  EXPECT_EQ(world_.core().DurableState(), before);
  world_.Apply(model::BindRequested{old.uid, "default", "a-2", "node-0", 999'997});
  world_.Apply(model::WriteFinished{999'999, model::WriteOutcome::kDone, ""});
  world_.Pass(std::chrono::seconds(5));
  EXPECT_EQ(world_.CountLogged("tutti/NotYetSeen"), 1u)
      << "nothing is bound for a uid that is gone";
  EXPECT_EQ(world_.core().DurableState(), before);
  world_.RestartCore();
  EXPECT_EQ(world_.core().DurableState(), before);
}

// Ops bug 13: the watch shows one name with another uid, at every stage of the gang.
TEST_P(CoreMemberTest, Bug13APodWhoseUidIsSwappedIsAnotherPodAtEveryStage) {
  for (int steps = 0; steps < 40; steps += 2) {
    CoreWorld world(Options(webhook()));
    world.AddNode("n", 4 * kCore);
    world.Run(20);
    world.CreateGang("a", 4, 4, kCore);
    for (int s = 0; s < steps; ++s) world.Step();
    world.DeletePod("a-1");
    world.CreatePod("a-1", "a", 4, kCore);
    world.Pass(std::chrono::seconds(100));
    ASSERT_EQ(world.BoundOf("a"), 4) << "after " << steps << "\n" << world.log();
    ASSERT_EQ(world.core().reservations(), 0u) << "after " << steps;
    ASSERT_EQ(world.core().Count().pods, 4u) << "after " << steps;
    ASSERT_THAT(world.broken(), IsEmpty()) << "after " << steps;
  }
}

TEST_P(CoreMemberTest, TheSizeComesFromAnObjectThatMayComeLateChangeAndGo) {
  AddNodes(1);
  for (int i = 0; i < 3; ++i) world_.CreatePod(absl::StrFormat("a-%d", i), "a", 0, kCore);
  world_.Run();
  EXPECT_EQ(world_.ReasonOf("a"), ReasonCode::kWaitingForSpec);
  world_.SetGangObject("a", 5);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 0);
  world_.DeleteGangObject("a");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 0) << "without a size nothing is bound";
  world_.SetGangObject("a", 3);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 3);
  world_.DeleteGangObject("a");
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 3) << "what runs keeps running";
  EXPECT_EQ(world_.CountLogged("evict"), 0u);
}

TEST_P(CoreMemberTest, TheSizeMayGrowWhileTheMembersHaveTheirNodes) {
  AddNodes(1, 8 * kCore);
  world_.SetGangObject("a", 4);
  for (int i = 0; i < 3; ++i) world_.CreatePod(absl::StrFormat("a-%d", i), "a", 0, kCore);
  world_.Run();
  world_.SetGangObject("a", 5);
  world_.CreatePod("a-3", "a", 0, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 0);
  world_.CreatePod("a-4", "a", 0, kCore);
  world_.Pass(std::chrono::seconds(30));
  EXPECT_EQ(world_.BoundOf("a"), 5);
}

// Ops bug 8: a hold ends at the timeout, the pauses grow, and others run meanwhile.
TEST_P(CoreMemberTest, Bug8AGangThatNeverBecomesWholeHoldsLessAndLess) {
  AddNodes(1);
  world_.CreateGang("gone", 3, 4, kCore);
  base::Duration held{0};
  for (int i = 0; i < 900; ++i) {
    world_.Pass(std::chrono::seconds(1));
    if (world_.core().reservations() > 0) held += std::chrono::seconds(1);
  }
  EXPECT_LT(held, std::chrono::seconds(600));
  EXPECT_EQ(world_.BoundOf("gone"), 0);
  world_.CreateGang("other", 4, 4, kCore);
  world_.Pass(std::chrono::seconds(61));
  EXPECT_EQ(world_.BoundOf("other"), 4);
}

}  // namespace
}  // namespace tutti::planner
