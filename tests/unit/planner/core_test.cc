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
  EXPECT_EQ(world_.core().Count().reservations, 0u);
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

TEST_P(CoreTest, ABindOfAnUnknownPodIsAnsweredInTheEnd) {
  AddNodes(1);
  world_.Apply(model::BindRequested{{9, 9}, "default", "nobody", "node-0", 999'998});
  world_.Pass(std::chrono::seconds(5));
  EXPECT_EQ(world_.CountLogged("tutti/NotYetSeen"), 1u);
}

}  // namespace
}  // namespace tutti::planner
