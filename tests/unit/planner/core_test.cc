// The core's rules, each as a small story in a simulated world.
#include "planner/core.h"

#include "tests/unit/planner/core_story.h"

namespace tutti::planner {
namespace {

class CoreTest : public CoreStory {};

INSTANTIATE_TEST_SUITE_P(WaysIn, CoreTest, ::testing::Bool(), WayIn);

TEST_P(CoreTest, AGangThatFitsIsBoundWhole) {
  AddNodes(2);
  world_.CreateGang("a", 8, 8, kCore);
  world_.Run();
  EXPECT_EQ(world_.BoundOf("a"), 8);
  EXPECT_EQ(world_.core().reservations(), 0u);
}

// Ops bug 1: a bind with somebody else's uid must not touch anything.
TEST_P(CoreTest, Bug1AForgedBindChangesNothing) {
  AddNodes(1);
  const base::Uid victim = world_.CreatePod("victim", "a", 2, kCore);
  world_.Run();
  const size_t before = world_.core().reservations();
  world_.Apply(model::BindRequested{victim, "default", "attacker", "node-0", 999'999});
  EXPECT_EQ(world_.CountLogged("belongs to pod default/victim"), 1u);
  EXPECT_EQ(world_.core().reservations(), before);
}

// kube-scheduler writes the failed bind into the pod's condition, where it looks like a refusal.
TEST_P(CoreTest, Bug5AFailedBindSaysNothingAgainstTheNode) {
  WorldOptions options = Options(GetParam());
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
  EXPECT_EQ(world_.core().reservations(), 0u);
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
  EXPECT_EQ(world_.core().reservations(), 0u);
}

TEST_P(CoreTest, MembersThatMustNotMeetArePlannedApart) {
  WorldOptions options = Options(GetParam());
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
