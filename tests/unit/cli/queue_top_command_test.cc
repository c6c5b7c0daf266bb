#include "cli/queue_top_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

namespace pb = ::tutti::control::v1;
using ::testing::HasSubstr;

TEST(QueueTopCommandTest, WhatWaitsInItsOrder) {
  CliWorld world;
  pb::Gang& gang = *world.control->gangs.add_gangs();
  gang.mutable_ref()->set_namespace_("a");
  gang.mutable_ref()->set_name("train");
  gang.set_queue("vision");
  gang.set_position(1);
  gang.set_waiting(8);
  gang.set_priority(-5);
  gang.set_head(true);
  gang.set_waited_seconds(7200);
  gang.mutable_reason()->set_code("WaitingForCapacity");
  gang.mutable_reason()->set_need(64);
  gang.mutable_reason()->set_have(32);
  gang.mutable_reason()->set_resource("nvidia.com/gpu");
  EXPECT_EQ(world.Run("queue top --limit 7"), ExitCode::kOk) << world.err;
  EXPECT_EQ(world.control->asked_gangs.limit(), 7);
  EXPECT_TRUE(world.control->asked_gangs.queued());
  EXPECT_EQ(world.out,
            "QUEUE    POSITION   NAMESPACE   NAME    PODS   PRIORITY   WAITED   MARKS   REASON\n"
            "vision   1          a           train   8      -5         120m     head    "
            "WaitingForCapacity: need 64 nvidia.com/gpu, have 32\n");
  EXPECT_EQ(world.Run("queue top --limit 0"), ExitCode::kUsage);
}

TEST(QueueTopCommandTest, ListShowsStateAndHead) {
  CliWorld world;
  pb::Queue& queue = *world.control->queues.add_queues();
  queue.set_name("default");
  queue.set_waiting_gangs(2);
  queue.set_waiting_pods(9);
  queue.mutable_head()->set_namespace_("a");
  queue.mutable_head()->set_name("train");
  queue.set_held(true);
  queue.set_order("priority, then arrival");
  EXPECT_EQ(world.Run("queue list"), ExitCode::kOk) << world.err;
  EXPECT_THAT(world.out, HasSubstr("default   Held    2       9      a/train   priority, then"));
}

TEST(QueueTopCommandTest, ListShowsATreeOfQueuesWithWhatTheyHold) {
  CliWorld world;
  pb::Queue& leaf = *world.control->queues.add_queues();
  leaf.set_name("vision");
  leaf.set_parent("research");
  leaf.set_state("Held");
  leaf.set_running_gangs(2);
  pb::QueueAmount& amount = *leaf.add_amounts();
  amount.set_resource("cpu");
  amount.set_used(6000);
  amount.set_guaranteed(8000);
  amount.set_limit(12000);
  pb::Queue& top = *world.control->queues.add_queues();
  top.set_name("research");
  top.set_state("Open");
  top.set_share(0.25);
  EXPECT_EQ(world.Run("queue list"), ExitCode::kOk) << world.err;
  EXPECT_EQ(world.out,
            "NAME       STATE   RUNNING   WAITING   PODS   SHARE   HEAD     HOLDS\n"
            "research   Open    0         0         0      0.250   <none>   <none>\n"
            "  vision   Held    2         0         0      0.000   <none>   "
            "cpu 6 of 12, guaranteed 8\n");
}

}  // namespace
}  // namespace tutti::cli
