#include "cli/queue_describe_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

namespace pb = ::tutti::control::v1;
using ::testing::HasSubstr;

void Fill(pb::QueueAmount& amount, int64_t used, int64_t guaranteed, int64_t limit) {
  amount.set_resource("cpu");
  amount.set_used(used);
  amount.set_guaranteed(guaranteed);
  if (limit > 0) amount.set_limit(limit);
}

TEST(QueueDescribeCommandTest, FlavorsAndUsersWithWhatTheyHold) {
  CliWorld world;
  pb::Queue& queue = *world.control->queues.add_queues();
  queue.set_name("vision");
  queue.set_parent("research");
  queue.set_state("Open");
  queue.set_running_gangs(2);
  queue.set_waiting_gangs(1);
  queue.set_waiting_pods(4);
  queue.set_share(0.25);
  queue.set_order("priority, then arrival");
  Fill(*queue.add_amounts(), 6000, 0, 12000);
  pb::QueuePart& spot = *queue.add_flavors();
  spot.set_name("spot");
  Fill(*spot.add_amounts(), 2000, 4000, 0);
  pb::QueuePart& ada = *queue.add_users();
  ada.set_name("user ada");
  ada.set_running_gangs(2);
  ada.set_most_running_gangs(3);
  Fill(*ada.add_amounts(), 5000, 0, 8000);
  EXPECT_EQ(world.Run("queue describe vision"), ExitCode::kOk) << world.err;
  EXPECT_THAT(world.out, HasSubstr("1 gang with 4 pods"));
  EXPECT_THAT(world.out, HasSubstr("NODES   RESOURCE   HOLDS   GUARANTEED   LIMIT\n"
                                   "all     cpu        6       <none>       12\n"
                                   "spot    cpu        2       4            <none>\n"));
  EXPECT_THAT(world.out, HasSubstr("OF         RUNNING   HOLDS\n"
                                   "user ada   2 of 3    cpu 5 of 8\n"));
}

TEST(QueueDescribeCommandTest, AQueueThatIsNotThere) {
  CliWorld world;
  EXPECT_EQ(world.Run("queue describe gone"), ExitCode::kNotFound);
  EXPECT_THAT(world.err, HasSubstr("there is no queue gone"));
}

}  // namespace
}  // namespace tutti::cli
