// What the control API answers, and how it refuses.
#include "control/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/control_world.h"

namespace tutti::control {
namespace {

using testing::ControlWorld;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int64_t kCore = ControlWorld::kCore;
constexpr base::Duration kPatience = ControlWorld::kPatience;

class ControlTest : public ::testing::Test {
 protected:
  ControlTest() {
    world_.AddNode("b", 4 * kCore);
    world_.AddNode("a", 2 * kCore);
    world_.AddGang("placed", 2, kCore);
    world_.AddGang("waits", 5, kCore);
    world_.AddPod("alone", "", 0, kCore);
    world_.Settle();
  }
  Manifest Job(int64_t count, const std::string& resource = "cpu", const char* amount = "1") {
    Manifest manifest(world_.resources, {}, nullptr, "default");
    GangSpecText gang;
    gang.name = "new";
    gang.pods.push_back({count, {{resource, amount}}, {}});
    EXPECT_TRUE(manifest.Add(gang).ok());
    return manifest;
  }

  ControlWorld world_;
  Control& control_ = world_.control;
};

TEST_F(ControlTest, ListsComePageByPage) {
  const auto first = control_.ListGangs("", false, {1, ""}, kPatience);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_THAT(first->value, SizeIs(1));
  EXPECT_EQ(first->value[0].name, "placed");
  EXPECT_EQ(first->next_token, "1");
  EXPECT_GT(first->generation, 0u);
  const auto second = control_.ListGangs("", false, {1, first->next_token}, kPatience);
  ASSERT_THAT(second->value, SizeIs(1));
  EXPECT_EQ(second->value[0].name, "waits");
  EXPECT_EQ(second->next_token, "");
  const auto nodes = control_.ListNodes({}, {});
  ASSERT_THAT(nodes->value, SizeIs(2));
  EXPECT_EQ(nodes->value[0].info->name, "a") << "by name";
  EXPECT_THAT(control_.ListNodes({}, {1, "1"})->value, SizeIs(1));
  EXPECT_THAT(control_.ListNodes({}, {1, "7"})->value, SizeIs(0));
  EXPECT_THAT(control_.ListReservations("", {1, ""}, kPatience)->next_token, "1");
}

TEST_F(ControlTest, WhatIsMalformedIsNamed) {
  const auto code = [](const auto& answer) { return answer.status().code(); };
  EXPECT_EQ(code(control_.ListGangs("", false, {-1, ""}, kPatience)),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(control_.ListGangs("", false, {5001, ""}, kPatience)),
            absl::StatusCode::kInvalidArgument);
  for (const char* token : {"x", "-1", "1x", "99999999999999999999999"}) {
    EXPECT_EQ(code(control_.ListNodes({}, {0, token})), absl::StatusCode::kInvalidArgument)
        << token;
  }
  EXPECT_EQ(code(control_.GetGang({"default", "", ""}, kPatience)),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(control_.ExplainPod("", "p", kPatience)), absl::StatusCode::kInvalidArgument);
}

TEST_F(ControlTest, WhatIsUnknownIsNotFoundAndSaysWhereToLook) {
  const auto gang = control_.ExplainGang({"default", "nobody", ""}, kPatience);
  EXPECT_EQ(gang.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(gang.status().message()), HasSubstr("no gang default/nobody: look at"));
  const auto pod = control_.ExplainPod("default", "nobody", kPatience);
  EXPECT_EQ(pod.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(pod.status().message()), HasSubstr("kubectl get pod"));
  EXPECT_EQ(control_.ListNodes({"a", "c"}, {}).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(control_.ListReservations("c", {}, kPatience).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(control_.SetQueue("other", model::QueueGate::kHeld, kPatience).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(control_.CloseNode("c", true, kPatience).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(control_.CloseNode("c", false, kPatience).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ControlTest, AReplicaThatIsNotReadySaysSo) {
  ControlWorld standby(/*ready=*/false);
  EXPECT_EQ(standby.control.ListQueues(kPatience).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(standby.control.ListNodes({}, {}).status().code(), absl::StatusCode::kUnavailable);
  world_.loop.Stop();
  EXPECT_EQ(control_.ListQueues(kPatience).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ControlTest, AnExplanationComesWithSentences) {
  const auto why = control_.ExplainGang({"default", "waits", ""}, kPatience);
  ASSERT_TRUE(why.ok()) << why.status();
  EXPECT_EQ(why->value.explanation.why.reason.code, model::ReasonCode::kWaitingForCapacity);
  ASSERT_FALSE(why->value.text.empty());
  EXPECT_THAT(why->value.text[0], HasSubstr("Gang default/waits is Waiting"));
  const auto alone = control_.ExplainPod("default", "alone", kPatience);
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(alone->value.explanation.nodes, 2);
}

TEST_F(ControlTest, ASimulationAnswersInTheManifestsOwnNames) {
  Manifest fits = Job(1);
  const auto now = control_.Simulate(fits, kPatience);
  ASSERT_TRUE(now.ok()) << now.status();
  EXPECT_EQ(now->value.jobs.at(0).outcome.pods, 1);
  Manifest unknown = Job(2, "example.com/quantum", "3");
  const auto never = control_.Simulate(unknown, kPatience);
  ASSERT_TRUE(never.ok()) << never.status();
  const model::Reason& reason = never->value.jobs.at(0).outcome.why.reason;
  EXPECT_EQ(reason.code, model::ReasonCode::kExceedsCluster);
  EXPECT_EQ(unknown.resources().Name(reason.resource), "example.com/quantum");
  EXPECT_EQ(world_.resources.Name(reason.resource), "") << "nothing of it is remembered";
}

TEST_F(ControlTest, AnIdOfItsOwnThatNowMeansSomethingElseIsNotUsed) {
  Manifest unknown = Job(2, "example.com/quantum", "3");
  world_.resources.InternForNode("example.com/other");
  EXPECT_EQ(control_.Simulate(unknown, kPatience).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(ControlTest, HoldDrainAndResumeSayWhetherAnythingChanged) {
  const GangName waits{"default", "waits", ""};
  EXPECT_TRUE(*control_.HoldGang(waits, true, kPatience));
  EXPECT_FALSE(*control_.HoldGang(waits, true, kPatience));
  EXPECT_EQ(control_.GetGang(waits, kPatience)->value.reason.code, model::ReasonCode::kHeld);
  EXPECT_TRUE(*control_.HoldGang(waits, false, kPatience));
  EXPECT_FALSE(control_.GetGang(waits, kPatience)->value.held);
  EXPECT_TRUE(*control_.SetQueue("default", model::QueueGate::kHeld, kPatience));
  EXPECT_EQ(control_.ListQueues(kPatience)->value.front().gate, model::QueueGate::kHeld);
  EXPECT_TRUE(*control_.SetQueue("default", model::QueueGate::kOpen, kPatience));
  EXPECT_FALSE(*control_.SetQueue("default", model::QueueGate::kOpen, kPatience));
  EXPECT_TRUE(*control_.CloseNode("a", true, kPatience));
  EXPECT_FALSE(*control_.CloseNode("a", true, kPatience));
  const NodeReport closed = control_.ListNodes({"a"}, {})->value.at(0);
  EXPECT_TRUE(closed.block->statics->closed.Has(closed.offset));
  EXPECT_TRUE(*control_.CloseNode("a", false, kPatience));
  EXPECT_FALSE(*control_.CloseNode("a", false, kPatience));
}

}  // namespace
}  // namespace tutti::control
