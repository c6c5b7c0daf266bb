#include "cli/simulate_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"
#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

namespace pb = ::tutti::control::v1;
using ::testing::HasSubstr;

TEST(SimulateCommandTest, WhatFitsSaysWhereAndEndsWithZero) {
  CliWorld world;
  pb::SimulatedGang& gang = *world.control->simulation.add_gangs();
  gang.mutable_gang()->set_name("train");
  gang.set_pods(4);
  gang.set_min_member(4);
  gang.set_placed(4);
  gang.set_fits_now(true);
  gang.add_nodes()->set_node("n1");
  gang.mutable_nodes(0)->set_pods(3);
  gang.add_nodes()->set_node("n2");
  gang.mutable_nodes(1)->set_pods(1);
  const testing::TempFolder folder;
  const std::string file = folder.Write("job.yaml", "kind: Job\n");
  EXPECT_EQ(world.Run({"simulate", "-f", file, "-n", "team"}), ExitCode::kOk) << world.err;
  EXPECT_EQ(world.control->asked_simulate.manifest(), "kind: Job\n");
  EXPECT_EQ(world.control->asked_simulate.namespace_(), "team");
  EXPECT_EQ(world.out,
            "Gang train fits now\n\n"
            "Pods      4 of 4 get a node; 4 needed\n"
            "Nodes     n1 (3), n2\n");
}

TEST(SimulateCommandTest, WhatDoesNotFitSaysWhyAndEndsWithOne) {
  CliWorld world;
  pb::SimulatedGang& gang = *world.control->simulation.add_gangs();
  gang.mutable_gang()->set_name("train");
  gang.set_pods(4);
  gang.set_min_member(4);
  gang.set_placed(1);
  gang.mutable_reason()->set_code("WaitingForCapacity");
  gang.add_waits_for()->set_who("gang other");
  gang.set_fits_empty_cluster(true);
  gang.mutable_remedy()->set_text("gang other must end");
  world.input = "kind: Pod\n";
  EXPECT_EQ(world.Run("simulate -f -"), ExitCode::kNo) << world.err;
  EXPECT_EQ(world.control->asked_simulate.manifest(), "kind: Pod\n");
  EXPECT_THAT(world.out, HasSubstr("does not fit now"));
  EXPECT_THAT(world.out, HasSubstr("Held by   gang other"));
  EXPECT_THAT(world.out, HasSubstr("What must happen\n  gang other must end\n"));
  EXPECT_EQ(world.Run("simulate -f - -o json"), ExitCode::kNo);
  EXPECT_THAT(world.out, HasSubstr("\"fitsNow\": false"));
}

TEST(SimulateCommandTest, FilesAreReadBeforeAnythingIsAsked) {
  CliWorld world;
  EXPECT_EQ(world.Run("simulate -f /nowhere/job.yaml"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("/nowhere/job.yaml"));
  EXPECT_EQ(world.Run("simulate -f /"), ExitCode::kUsage);
  world.input = std::string((size_t{1} << 20) + 1, 'x');
  EXPECT_EQ(world.Run("simulate -f -"), ExitCode::kUsage);
  EXPECT_EQ(world.Run("simulate"), ExitCode::kUsage);
}

}  // namespace
}  // namespace tutti::cli
