#include "extender/preempt_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/door_world.h"

namespace tutti::extender {
namespace {

using ::testing::HasSubstr;

constexpr char kMember[] = R"({"gang":"g"})";

class PreemptHandlerTest : public ::testing::Test {
 protected:
  PreemptHandlerTest() : handler_(world_.core, world_.workspaces) {
    a_ = world_.AddNode("a");
    b_ = world_.AddNode("b");
    world_.Publish();
  }
  Answer Ask(const std::string& text) { return handler_.Handle(testing::PaddedBody(text).view()); }
  static std::string Request(const std::string& pod, const std::string& meta_victims) {
    return R"({"Pod":)" + pod + R"(,"NodeNameToVictims":null,"NodeNameToMetaVictims":)" +
           meta_victims + "}";
  }

  testing::DoorWorld world_;
  model::NodeIndex a_;
  model::NodeIndex b_;
  PreemptHandler handler_;
  const std::string victims_ = R"({"b":{"Pods":[{"UID":"2"},{"UID":"1"}],"NumPDBViolations":3},)"
                               R"("a":{"Pods":[{"UID":"5"}],"NumPDBViolations":0}})";
};

TEST_F(PreemptHandlerTest, APodOfNoGangKeepsNodesVictimsAndTheirOrder) {
  EXPECT_EQ(Ask(Request(testing::PodJson(1), victims_)).body,
            R"({"NodeNameToMetaVictims":)" + victims_ + "}");
  // Also where its room is reserved: with the victims gone it may fit.
  world_.Reserve(a_, 8000);
  world_.Publish();
  EXPECT_EQ(Ask(Request(testing::PodJson(1), victims_)).body,
            R"({"NodeNameToMetaVictims":)" + victims_ + "}");
}

TEST_F(PreemptHandlerTest, NobodyDiesForAMemberThatFilterWouldRefuse) {
  world_.Hold(testing::UidOf(1), {model::ReasonCode::kBehindHead, 0, 0, {}});
  world_.Place(testing::UidOf(2), a_);
  world_.Place(testing::UidOf(3), world_.AddNode("c"));
  world_.Publish();
  const Answer held = Ask(Request(testing::PodJson(1, kMember), victims_));
  EXPECT_EQ(held.body, R"({"NodeNameToMetaVictims":{}})");
  EXPECT_EQ(held.reason, model::ReasonCode::kBehindHead);
  EXPECT_EQ(Ask(Request(testing::PodJson(2, kMember), victims_)).body,
            R"({"NodeNameToMetaVictims":{"a":{"Pods":[{"UID":"5"}],"NumPDBViolations":0}}})");
  EXPECT_EQ(Ask(Request(testing::PodJson(3, kMember), victims_)).body,
            R"({"NodeNameToMetaVictims":{}})");
  EXPECT_TRUE(world_.core.not_offered().empty()) << "a question about victims is no offer";
}

// null in the reply ends kube-scheduler; from 1.38 on it sends empty lists itself.
TEST_F(PreemptHandlerTest, EmptyVictimsAreNeverNull) {
  EXPECT_EQ(Ask(Request(testing::PodJson(1),
                        R"({"a":null,"b":{"Pods":null},"c":{"Pods":[null,{"UID":"1"}]}})"))
                .body,
            R"({"NodeNameToMetaVictims":{"a":{"Pods":[],"NumPDBViolations":0},)"
            R"("b":{"Pods":[],"NumPDBViolations":0},)"
            R"("c":{"Pods":[{"UID":"1"}],"NumPDBViolations":0}}})");
  EXPECT_EQ(Ask(Request(testing::PodJson(1), "{}")).body, R"({"NodeNameToMetaVictims":{}})");
}

TEST_F(PreemptHandlerTest, MalformedRequestsAreRefusedByName) {
  const std::pair<std::string, const char*> cases[] = {
      {"{}", "Pod is missing"},
      {Request("null", "{}"), "Pod is missing"},
      {Request("{}", "null"), "no victims are given"},
      {Request("{}", "[]"), "an object"},
      {Request("{}", R"({"a":[]})"), "an object"},
      {Request("{}", R"({"a":{},"a":{}})"), "stands twice"},
      {Request("{}", R"({"a":{"Pods":[{}]}})"), "without a uid"},
      {Request("{}", R"({"a":{"Pods":[{"UID":7}]}})"), "a string"},
      {Request("{}", R"({"a":{"NumPDBViolations":1.5}})"), "an integer"},
      {Request("{}", R"({"a":{"NumPDBViolations":99999999999999999999}})"), "an integer"},
      {Request("{}", R"({"":{}})"), "no valid length"},
      {R"({"Pod":{},"NodeNameToVictims":{},"NodeNameToMetaVictims":{}})", "given twice"},
      {Request("{}", R"({"a":{"x":)" + std::string(100, '[')), "deeper than 64"},
  };
  for (const auto& [text, expected] : cases) {
    const Answer answer = Ask(text);
    EXPECT_EQ(answer.status, 400) << text;
    EXPECT_THAT(answer.error, HasSubstr(expected)) << text;
  }
}

}  // namespace
}  // namespace tutti::extender
