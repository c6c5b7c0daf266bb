#include "control/core_question.h"

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "tests/support/control_world.h"

namespace tutti::control {
namespace {

using testing::ControlWorld;

TEST(CoreQuestionTest, TheAnswerIsThatOfTheCoresThread) {
  ControlWorld world;
  world.AddNode("a", 1);
  const absl::StatusOr<size_t> nodes = AskCore(
      world.loop, ControlWorld::kPatience, [](planner::Core& core) { return core.Count().nodes; });
  ASSERT_TRUE(nodes.ok()) << nodes.status();
  EXPECT_EQ(*nodes, 1u);
}

TEST(CoreQuestionTest, WhoeverGivesUpIsNotAnsweredLater) {
  ControlWorld world;
  auto busy = std::make_shared<absl::Notification>();
  ASSERT_TRUE(world.loop.Ask([busy](planner::Core&) { busy->WaitForNotification(); }));
  auto asked = std::make_shared<std::atomic<bool>>(false);
  const absl::StatusOr<bool> answer = AskCore(
      world.loop, base::Duration(0), [asked](planner::Core&) { return asked->exchange(true); });
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
  busy->Notify();
  world.Settle();
  EXPECT_FALSE(*asked);
}

TEST(CoreQuestionTest, AStoppedCoreIsUnavailable) {
  ControlWorld world;
  world.loop.Stop();
  EXPECT_EQ(AskCore(world.loop, ControlWorld::kPatience, [](planner::Core&) { return 1; })
                .status()
                .code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace tutti::control
