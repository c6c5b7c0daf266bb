// Pods of no gang through the plugins, as the verbs answer kube-scheduler.
#include "extender/pod_pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "extender/filter_handler.h"
#include "extender/preempt_handler.h"
#include "extender/prioritize_handler.h"
#include "nlohmann/json.hpp"
#include "tests/support/door_world.h"
#include "tests/support/plugin_world.h"

namespace tutti::extender {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using testing::PluginWorld;

class PodPipelineTest : public ::testing::Test {
 protected:
  // Once, when every plugin is there.
  testing::DoorWorld& Start() {
    world_ = std::make_unique<testing::DoorWorld>(
        framework::Plugins{&plugins_.Profile(), &plugins_.reasons, nullptr});
    for (const char* name : {"a", "b", "c"}) nodes_.push_back(world_->AddNode(name));
    world_->Publish();
    return *world_;
  }
  static std::string Args(const std::string& pod) {
    return R"({"Pod":)" + pod + R"(,"Nodes":null,"NodeNames":["c","a","x","b"]})";
  }
  json Filter(const std::string& pod = testing::PodJson(1)) {
    FilterHandler handler(world_->core, world_->workspaces);
    const testing::PaddedBody body(Args(pod));
    return json::parse(handler.Handle(body.view(), FilterMode::kReal).body);
  }
  std::string Prioritize(const std::string& pod = testing::PodJson(1)) {
    PrioritizeHandler handler(world_->core, world_->workspaces);
    const testing::PaddedBody body(Args(pod));
    return handler.Handle(body.view()).body;
  }
  // Refuses node a for good and node b for now.
  void AddChoosy() {
    plugins_.reasons.Add("NeverHere", "a test's", "Choosy");
    plugins_.reasons.Add("NotNow", "a test's", "Choosy");
    plugins_.Add("Choosy", {.filter = [](const NodeView& node) {
                   if (node.name() == "a") return Status::UnschedulableAndUnresolvable(ReasonId(0));
                   return node.name() == "b" ? Status::Unschedulable(ReasonId(1))
                                             : Status::Success();
                 }});
  }

  PluginWorld plugins_;
  std::unique_ptr<testing::DoorWorld> world_;
  std::vector<NodeIndex> nodes_;
};

TEST_F(PodPipelineTest, RefusedNodesAreNamedInThePluginsWords) {
  AddChoosy();
  Start();
  const json reply = Filter();
  EXPECT_EQ(reply["NodeNames"], json({"c", "x"})) << "a node that we do not know is left alone";
  EXPECT_EQ(reply["FailedNodes"], json({{"b", "tutti/NotNow"}}));
  EXPECT_EQ(reply["FailedAndUnresolvableNodes"], json({{"a", "tutti/NeverHere"}}));
  EXPECT_EQ(reply["Error"], "");
}

TEST_F(PodPipelineTest, ReservedNodesKeepTheirOwnReason) {
  AddChoosy();
  Start().Reserve(nodes_[2], 8000);
  world_->Publish();
  const json reply = Filter();
  EXPECT_EQ(reply["NodeNames"], json({"x"}));
  EXPECT_EQ(reply["FailedNodes"], json({{"b", "tutti/NotNow"}, {"c", "tutti/NodeReserved"}}));
}

TEST_F(PodPipelineTest, GangMembersHaveBeenJudgedWhenTheyWerePlanned) {
  AddChoosy();
  Start().Place(testing::UidOf(1), nodes_[0]);
  world_->Publish();
  const std::string member = testing::PodJson(1, R"({"gang":"g"})");
  EXPECT_EQ(Filter(member)["NodeNames"], json({"a"}));
}

TEST_F(PodPipelineTest, PreFilterMayRefuseThePodAltogether) {
  plugins_.reasons.Add("NoWay", "a test's", "Refuses");
  plugins_.Add("Refuses", {.pre_filter = [](CycleState&) {
                 return Status::UnschedulableAndUnresolvable(ReasonId(0));
               }});
  Start();
  const json reply = Filter();
  EXPECT_EQ(reply["NodeNames"], json::array());
  EXPECT_EQ(reply["FailedAndUnresolvableNodes"], json({{"c", "tutti/NoWay"}}));
}

TEST_F(PodPipelineTest, AFailedPluginIsAnErrorThatNamesIt) {
  plugins_.Add("Bad",
               {.filter = [](const NodeView&) -> Status { throw std::runtime_error("boom"); }});
  Start();
  const json reply = Filter();
  EXPECT_THAT(reply["Error"].get<std::string>(), HasSubstr("plugin Bad: Filter threw: boom"));
  EXPECT_EQ(reply["NodeNames"], json::array());
}

TEST_F(PodPipelineTest, ScoresBecomeTheElevenLevelsOfTheProtocol) {
  plugins_.Add("One", {.score = [](const CycleState&, const NodeView& node) -> int64_t {
                 return node.name() == "a" ? 100 : 0;
               }},
               3);
  plugins_.Add("Two", {.score = [](const CycleState&, const NodeView&) -> int64_t { return 100; }});
  Start();
  const std::string answer = Prioritize();
  ASSERT_EQ(world_->core.score_answers.size(), 1u);
  EXPECT_EQ(world_->core.score_answers[0].best, "a");
  EXPECT_EQ(world_->core.score_answers[0].score, 10);
  EXPECT_EQ(world_->core.score_answers[0].uid, testing::UidOf(1));
  EXPECT_EQ(answer, R"([{"Host":"c","Score":3},{"Host":"a","Score":10},)"
                    R"({"Host":"x","Score":0},{"Host":"b","Score":3}])");
}

TEST_F(PodPipelineTest, NobodyIsToldOfScoresThatNoPluginGave) {
  plugins_.Add("One", {.score = [](const CycleState&, const NodeView&) -> int64_t { return 100; }});
  Start();
  EXPECT_THAT(Prioritize(testing::PodJson(1, R"({"gang":"g"})")), HasSubstr(R"("Score":0)"));
  EXPECT_TRUE(world_->core.score_answers.empty()) << "of a gang's member, which has its node";
  const testing::PaddedBody body(testing::PodJson(1));
  PodSummary pod;
  pod.json = body.view();
  std::vector<int64_t> scores;
  const auto scored =
      ScorePod(pod, {}, *world_->core.Snapshot(), *world_->workspaces.Take(), scores);
  ASSERT_TRUE(scored.ok()) << scored.status();
  EXPECT_FALSE(scored->has_value()) << "where no node is offered";
}

TEST_F(PodPipelineTest, PreemptKeepsWhatVictimsMayCure) {
  AddChoosy();
  Start();
  PreemptHandler handler(world_->core, world_->workspaces);
  const testing::PaddedBody body(R"({"Pod":)" + testing::PodJson(1) +
                                 R"(,"NodeNameToVictims":null,"NodeNameToMetaVictims":{)"
                                 R"("a":{"Pods":[{"UID":"1"}],"NumPDBViolations":0},)"
                                 R"("b":{"Pods":[{"UID":"2"}],"NumPDBViolations":0}}})");
  EXPECT_EQ(handler.Handle(body.view()).body,
            R"({"NodeNameToMetaVictims":{"b":{"Pods":[{"UID":"2"}],"NumPDBViolations":0}}})");
}

}  // namespace
}  // namespace tutti::extender
