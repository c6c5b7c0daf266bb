#include "cli/why_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "nlohmann/json.hpp"
#include "tests/unit/cli/cli_world.h"

namespace tutti::cli {
namespace {

namespace pb = ::tutti::control::v1;
using ::testing::HasSubstr;
using ::testing::Not;

// TUTTI_REGENERATE=1 writes the file instead of comparing it.
void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = TUTTI_SOURCE_DIR "/tests/golden/cli/" + name;
  if (std::getenv("TUTTI_REGENERATE") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(golden.str(), text) << "run cli_test with TUTTI_REGENERATE=1";
}

pb::NodeCount Count(pb::Cause cause, int64_t nodes, const std::string& resource = "",
                    int64_t need = 0, int64_t have = 0) {
  pb::NodeCount count;
  count.set_cause(cause);
  count.set_nodes(nodes);
  count.set_resource(resource);
  count.set_need(need);
  count.set_have(have);
  return count;
}

// Four pods of 6 cpu wait for train-a to end; the first of five in the queue.
pb::Explanation WaitingGang() {
  pb::Explanation answer;
  pb::Gang& gang = *answer.mutable_gang();
  gang.mutable_ref()->set_namespace_("team-b");
  gang.mutable_ref()->set_name("train-b");
  gang.mutable_ref()->set_dialect("annotations");
  gang.set_phase(pb::GANG_PHASE_WAITING);
  gang.set_min_member(4);
  gang.set_waiting(4);
  gang.set_queue("default");
  gang.set_waited_seconds(310);
  pb::Reason& reason = *answer.mutable_reason();
  reason.set_code("WaitingForCapacity");
  reason.set_need(24000);
  reason.set_have(16000);
  reason.set_resource("cpu");
  reason.set_text("does not fit now; could fit when others finish");
  pb::Holder& holder = *answer.add_holders();
  holder.set_who("gang train-a");
  holder.set_amount(16000);
  answer.add_holders()->set_who("pods of no gang");
  answer.mutable_holders(1)->set_amount(2500);
  answer.set_nodes(6);
  answer.mutable_start()->set_earliest_seconds(720);
  answer.mutable_start()->set_latest_seconds(2400);
  answer.set_position(1);
  answer.set_queue_length(5);
  pb::ClassDiagnosis& diagnosis = *answer.add_classes();
  diagnosis.set_example_pod("train-b-0");
  diagnosis.set_pods(4);
  diagnosis.add_requests()->set_resource("cpu");
  diagnosis.mutable_requests(0)->set_amount(6000);
  diagnosis.add_requests()->set_resource("memory");
  diagnosis.mutable_requests(1)->set_amount(int64_t{8} << 30);
  diagnosis.set_room_now(2);
  diagnosis.set_nodes_with_room(1);
  *diagnosis.add_refused() = Count(pb::CAUSE_UNTOLERATED_TAINT, 2);
  *diagnosis.add_refused() = Count(pb::CAUSE_INSUFFICIENT_RESOURCE, 2, "cpu", 6000, 4000);
  pb::NodeCount& plugin = *diagnosis.add_refused();
  plugin = Count(pb::CAUSE_PLUGIN, 1);
  plugin.set_plugin("keep-free");
  plugin.set_code("MustStayFree");
  pb::Remedy& remedy = *answer.mutable_remedy();
  remedy.set_kind(pb::Remedy::KIND_OTHERS_END);
  remedy.set_text("gang train-a must end, or 2 nodes with 6 cpu must be added");
  remedy.add_nodes("n1");
  remedy.add_nodes("n2");
  *remedy.add_must_end() = holder;
  return answer;
}

class WhyCommandTest : public ::testing::Test {
 protected:
  WhyCommandTest() {
    world.control->explain = [this](const pb::ExplainRequest& request, pb::Explanation* answer) {
      asked.push_back(request);
      for (const pb::ExplainRequest& known : knows) {
        if (known.SerializeAsString() != request.SerializeAsString()) continue;
        *answer = WaitingGang();
        return grpc::Status::OK;
      }
      return grpc::Status(grpc::StatusCode::NOT_FOUND, "list them with ListGangs");
    };
  }

  void Know(const std::string& ns, const std::string& name, const std::string& dialect = "") {
    pb::ExplainRequest request;
    request.mutable_gang()->set_namespace_(ns);
    request.mutable_gang()->set_name(name);
    request.mutable_gang()->set_dialect(dialect);
    knows.push_back(request);
  }

  CliWorld world;
  std::vector<pb::ExplainRequest> knows;
  std::vector<pb::ExplainRequest> asked;
};

TEST_F(WhyCommandTest, AWaitingGangInNumbers) {
  Know("team-b", "train-b");
  EXPECT_EQ(world.Run("why train-b -n team-b"), ExitCode::kOk) << world.err;
  ExpectGolden("why_waiting_gang.txt", world.out);
}

TEST_F(WhyCommandTest, AStartIsToldAsFarAsItIsKnown) {
  pb::Explanation answer = WaitingGang();
  world.control->explain = [&](const pb::ExplainRequest&, pb::Explanation* message) {
    *message = answer;
    return grpc::Status::OK;
  };
  answer.mutable_start()->clear_earliest_seconds();
  world.Run("why train-b");
  EXPECT_THAT(world.out, HasSubstr("Starts    within 40m, as it looks now\n"));
  answer.mutable_start()->set_earliest_seconds(720);
  answer.mutable_start()->clear_latest_seconds();
  world.Run("why train-b");
  EXPECT_THAT(world.out, HasSubstr("Starts    in 12m or later: not all"));
  answer.mutable_start()->set_ends(1);
  answer.mutable_start()->set_before(3);
  answer.mutable_start()->set_reserved(true);
  world.Run("why train-b");
  EXPECT_THAT(world.out, HasSubstr("after 1 gang there and 3 before it; room is kept for it\n"));
  answer.clear_start();
  world.Run("why train-b");
  EXPECT_THAT(world.out, Not(HasSubstr("Starts")));
}

TEST_F(WhyCommandTest, APodOfNoGangSaysItsPlace) {
  world.control->explain = [](const pb::ExplainRequest& request, pb::Explanation* answer) {
    if (!request.has_pod()) return grpc::Status(grpc::StatusCode::NOT_FOUND, "no");
    *answer->mutable_pod() = request.pod();
    answer->set_pod_state(pb::MEMBER_STATE_BOUND);
    answer->set_node("n7");
    answer->mutable_reason()->set_code("Scheduled");
    return grpc::Status::OK;
  };
  EXPECT_EQ(world.Run("why pod/web -n shop"), ExitCode::kOk) << world.err;
  ExpectGolden("why_bound_pod.txt", world.out);
}

TEST_F(WhyCommandTest, KindsAreFoundAsKubectlWritesThem) {
  Know("default", "train", "job");
  for (const char* line : {"why job/train", "why job train", "why jobs.batch/train"})
    EXPECT_EQ(world.Run(line), ExitCode::kOk) << line << world.err;
  EXPECT_EQ(asked.back().gang().dialect(), "job");
  // A Job whose pods are a gang by other markers.
  knows.clear();
  Know("default", "train");
  EXPECT_EQ(world.Run("why job/train"), ExitCode::kOk) << world.err;
}

TEST_F(WhyCommandTest, ABareNameIsAGangElseAPod) {
  EXPECT_EQ(world.Run("why ghost -n a"), ExitCode::kNotFound);
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_TRUE(asked[0].has_gang());
  EXPECT_TRUE(asked[1].has_pod());
  EXPECT_THAT(world.err, HasSubstr("no gang or pod \"ghost\" in namespace a"));
  EXPECT_THAT(world.err, HasSubstr("list them with ListGangs"));
}

TEST_F(WhyCommandTest, WhatCannotBeAskedForIsRefusedBeforeAnythingIsSent) {
  EXPECT_EQ(world.Run("why jub/train"), ExitCode::kUsage);
  EXPECT_THAT(world.err, HasSubstr("did you mean job?"));
  EXPECT_EQ(world.Run("why job/a/b"), ExitCode::kUsage);
  EXPECT_EQ(world.Run("why job/"), ExitCode::kUsage);
  EXPECT_EQ(world.Run("why"), ExitCode::kUsage);
  EXPECT_TRUE(asked.empty());
}

TEST_F(WhyCommandTest, JsonIsTheMessageOfTheApi) {
  Know("default", "train-b");
  EXPECT_EQ(world.Run("why train-b -o json"), ExitCode::kOk);
  const auto json = nlohmann::json::parse(world.out);
  EXPECT_EQ(json["reason"]["code"], "WaitingForCapacity");
  EXPECT_EQ(json["reason"]["need"], "24000");  // int64 in protobuf's JSON
  EXPECT_EQ(json["classes"][0]["refused"][0]["cause"], "CAUSE_UNTOLERATED_TAINT");
  EXPECT_EQ(world.Run("why train-b -o yaml"), ExitCode::kOk);
  EXPECT_THAT(world.out, HasSubstr("reason:\n  code: WaitingForCapacity\n"));
}

TEST_F(WhyCommandTest, ColoursOnlyOnATerminal) {
  Know("default", "train-b");
  world.Run("why train-b");
  EXPECT_THAT(world.out, Not(HasSubstr("\033")));
  world.terminal = true;
  world.Run("why train-b");
  EXPECT_THAT(world.out, HasSubstr("\033["));
  world.env["NO_COLOR"] = "1";
  world.Run("why train-b");
  EXPECT_THAT(world.out, Not(HasSubstr("\033")));
}

TEST_F(WhyCommandTest, TextsOfTheServiceCannotDriveTheTerminal) {
  world.control->explain = [](const pb::ExplainRequest&, pb::Explanation* answer) {
    *answer = WaitingGang();
    answer->mutable_gang()->set_detail("\033[2Jgone\nforged: line");
    return grpc::Status::OK;
  };
  EXPECT_EQ(world.Run("why train-b"), ExitCode::kOk);
  EXPECT_THAT(world.out, Not(HasSubstr("\033")));
  EXPECT_THAT(world.out, Not(HasSubstr("\nforged")));
}

}  // namespace
}  // namespace tutti::cli
