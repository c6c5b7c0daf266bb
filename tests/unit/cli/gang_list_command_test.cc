#include "cli/gang_list_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nlohmann/json.hpp"
#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

namespace pb = ::tutti::control::v1;
using ::testing::HasSubstr;

pb::Gang Gang(const std::string& name, pb::GangPhase phase, int bound, int waiting) {
  pb::Gang gang;
  gang.mutable_ref()->set_namespace_("a");
  gang.mutable_ref()->set_name(name);
  gang.mutable_ref()->set_dialect("job");
  gang.set_phase(phase);
  gang.set_min_member(4);
  gang.set_bound(bound);
  gang.set_waiting(waiting);
  gang.set_position(waiting > 0 ? 3 : 0);
  gang.set_waited_seconds(90);
  gang.mutable_reason()->set_code(waiting > 0 ? "WaitingForMembers" : "Scheduled");
  return gang;
}

TEST(GangListCommandTest, ColumnsAsKubectlPrintsThem) {
  CliWorld world;
  *world.control->gangs.add_gangs() = Gang("train", pb::GANG_PHASE_WAITING, 0, 3);
  *world.control->gangs.add_gangs() = Gang("long-name", pb::GANG_PHASE_SCHEDULED, 4, 0);
  EXPECT_EQ(world.Run("gang list -n a"), ExitCode::kOk) << world.err;
  EXPECT_EQ(world.out,
            "NAME        PHASE       BOUND   REASON              POSITION   AGE\n"
            "train       Waiting     0/4     WaitingForMembers   3          90s\n"
            "long-name   Scheduled   4/4     Scheduled           -          90s\n");
  EXPECT_EQ(world.control->asked_gangs.namespace_(), "a");
  EXPECT_EQ(world.Run("gang list -A -o wide"), ExitCode::kOk);
  EXPECT_EQ(world.control->asked_gangs.namespace_(), "");
  EXPECT_THAT(world.out, HasSubstr("NAMESPACE   NAME"));
  EXPECT_THAT(world.out, HasSubstr("4 needed: 3 waiting"));
}

TEST(GangListCommandTest, WideSaysWhenTheyStart) {
  CliWorld world;
  for (const auto& [earliest, latest] :
       {std::pair(720, 2400), std::pair(0, 2400), std::pair(720, 0), std::pair(0, 0)}) {
    pb::Gang& gang = *world.control->gangs.add_gangs();
    gang = Gang("train", pb::GANG_PHASE_WAITING, 0, 3);
    if (earliest > 0) gang.mutable_start()->set_earliest_seconds(earliest);
    if (latest > 0) gang.mutable_start()->set_latest_seconds(latest);
  }
  EXPECT_EQ(world.Run("gang list -n a -o wide"), ExitCode::kOk) << world.err;
  for (const char* start : {"STARTS", " 12m-40m ", " <40m ", " >12m ", " - "})
    EXPECT_THAT(world.out, HasSubstr(start));
  world.control->gang = world.control->gangs.gangs(1);
  EXPECT_EQ(world.Run("gang describe train -n a"), ExitCode::kOk) << world.err;
  EXPECT_THAT(world.out, HasSubstr("within 40m, as it looks now\n"));
}

TEST(GangListCommandTest, EveryPageIsAskedFor) {
  CliWorld world;
  *world.control->gangs.add_gangs() = Gang("one", pb::GANG_PHASE_WAITING, 0, 3);
  world.control->gangs.set_continue_("more");
  EXPECT_EQ(world.Run("gang list -n a -o json"), ExitCode::kOk);
  EXPECT_EQ(nlohmann::json::parse(world.out)["gangs"].size(), 2u);
  EXPECT_EQ(world.control->asked_gangs.continue_(), "more");
}

TEST(GangListCommandTest, NothingFoundIsNoError) {
  CliWorld world;
  EXPECT_EQ(world.Run("gang list -n a"), ExitCode::kOk);
  EXPECT_EQ(world.out, "");
  EXPECT_THAT(world.err, HasSubstr("No gangs found in namespace a"));
}

TEST(GangListCommandTest, DescribeShowsTheMembers) {
  CliWorld world;
  world.control->gang = Gang("train", pb::GANG_PHASE_BINDING, 1, 3);
  pb::Member& member = *world.control->gang.add_members();
  member.set_pod("train-0");
  member.set_state(pb::MEMBER_STATE_BOUND);
  member.set_node("n1");
  EXPECT_EQ(world.Run("gang describe train -n a --dialect job"), ExitCode::kOk) << world.err;
  EXPECT_EQ(world.control->asked_gang.gang().dialect(), "job");
  EXPECT_THAT(world.out, HasSubstr("Members   4 needed: 1 bound, 3 waiting\n"));
  EXPECT_THAT(world.out, HasSubstr("POD       STATE   NODE\ntrain-0   Bound   n1\n"));
}

}  // namespace
}  // namespace tutti::cli
