#include "control/explanation_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::control {
namespace {

using planner::Cause;
using planner::ClassDiagnosis;
using planner::Remedy;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

ClassDiagnosis Workers() {
  ClassDiagnosis of;
  of.example_pod = "train-0";
  of.pods = 8;
  of.requests = {{model::kCpu, 4000}, {model::kPods, 1}};
  of.room_now = 5;
  of.nodes_with_room = 2;
  of.refused = {{Cause::kUnschedulable, 1, {}, nullptr, 0, 0},
                {Cause::kInsufficientResource, 7, model::kCpu, nullptr, 4000, 1500}};
  return of;
}

TEST(ExplanationTextTest, AWaitingGangIsToldInNumbers) {
  const model::ResourceTable resources;
  planner::Explanation e;
  e.nodes = 10;
  e.queue_length = 3;
  e.start.latest = std::chrono::minutes(40);
  planner::GangReport& gang = e.gang.emplace();
  gang.key.namespace_name = "team";
  gang.name = "train";
  gang.min_member = 8;
  gang.queue = "default";
  gang.waiting = 8;
  gang.position = 2;
  e.why.reason = {model::ReasonCode::kWaitingForCapacity, 32'000, 20'000, model::kCpu};
  e.why.holders = {{"gang a", 12'000}};
  e.why.classes = {Workers()};
  e.why.remedy.kind = Remedy::Kind::kOthersEnd;
  e.why.remedy.nodes = {"n1", "n2", "n3", "n4", "n5", "n6"};
  e.why.remedy.must_end = {{"gang a", 12'000}};
  const std::vector<std::string> text = Sentences(e, resources);
  EXPECT_THAT(text[0], HasSubstr("Gang team/train is Waiting: 8 of its members wait"));
  EXPECT_THAT(text[0], HasSubstr("need 32 cpu, have 20 cpu; held by gang a 12 cpu"));
  EXPECT_EQ(text[1], "It is number 2 of 3 in queue default.");
  EXPECT_THAT(text[2], HasSubstr("expected to start within 40m"));
  EXPECT_EQ(text[3],
            "8 pods like train-0 ask for 4 cpu each; there is room for 5 now, on 2 of 10 nodes.");
  EXPECT_EQ(text[4],
            "Of the other nodes, 1: cordoned; 7: not enough free (a pod needs 4 cpu, the best of "
            "them has 1500m cpu).");
  EXPECT_EQ(text[5],
            "It is going to use n1, n2, n3, n4, n5 and more; there must end: gang a (12 cpu).");
}

TEST(ExplanationTextTest, AStartIsToldAsFarAsItIsKnown) {
  planner::StartRange start;
  EXPECT_EQ(StartText(start), "");
  start.latest = std::chrono::minutes(40);
  EXPECT_EQ(StartText(start),
            "It is expected to start within 40m, by what the gangs that hold its room declare.");
  start.earliest = std::chrono::milliseconds(719'100);
  EXPECT_THAT(StartText(start), HasSubstr("to start in 12m to 40m: the former by how long"));
  start.latest.reset();
  EXPECT_THAT(StartText(start), HasSubstr("to start in 12m or later, by how long"));
  start.ends = 2;
  start.before = 3;
  start.reserved = true;
  EXPECT_THAT(
      StartText(start),
      HasSubstr(" That hangs on 2 gangs that run there now and on 3 that wait before it. No "
                "gang behind it may put that off."));
}

TEST(ExplanationTextTest, APluginsRefusalIsInItsWords) {
  const model::ResourceTable resources;
  const model::PluginReason reason{"GpuTooSmall", "the GPU has too little memory", "GpuFit"};
  const ClassDiagnosis::Refused refused{Cause::kPlugin, 3, {}, &reason, 80, 40};
  EXPECT_EQ(CauseText(refused, resources),
            "GpuTooSmall of plugin GpuFit: the GPU has too little memory (need 80, have 40)");
  EXPECT_THAT(CauseText({Cause::kPlugin, 3, {}, nullptr, 0, 0}, resources),
              HasSubstr("see the log"));
}

TEST(ExplanationTextTest, EachRemedyHasItsSentence) {
  const model::ResourceTable resources;
  planner::WhyWaiting why;
  why.reason.code = model::ReasonCode::kHeld;
  why.remedy.kind = Remedy::Kind::kOperator;
  EXPECT_THAT(RemedyText(why, resources), HasSubstr("after Resume"));
  why.reason.code = model::ReasonCode::kBackingOff;
  why.remedy.kind = Remedy::Kind::kTime;
  why.remedy.not_before = std::chrono::milliseconds(9'200);
  EXPECT_EQ(RemedyText(why, resources), "It is tried again in 10s.");
  why.remedy.kind = Remedy::Kind::kHeadFirst;
  EXPECT_THAT(RemedyText(why, resources), HasSubstr("the head of the queue"));
  why.reason.code = model::ReasonCode::kExceedsCluster;
  why.remedy.kind = Remedy::Kind::kOwner;
  EXPECT_THAT(RemedyText(why, resources), HasSubstr("ask for less or add nodes"));
}

TEST(ExplanationTextTest, ASimulationSaysWhereOrWhyNot) {
  const model::ResourceTable resources;
  planner::SimulatedOutcome outcome;
  outcome.namespace_name = "team";
  outcome.name = "new";
  outcome.pods = outcome.placed = 8;
  outcome.fits_now = true;
  outcome.nodes = {{"a", 4}, {"b", 4}};
  EXPECT_THAT(Sentences(outcome, 10, resources),
              ElementsAre("Gang team/new would fit now: 8 of 8 pods on 2 nodes."));
  outcome.fits_now = false;
  outcome.placed = 0;
  outcome.why.reason = {model::ReasonCode::kExceedsCluster, 32'000, 20'000, model::kCpu};
  EXPECT_THAT(Sentences(outcome, 10, resources),
              Contains("It would not fit into an empty cluster either."));
}

}  // namespace
}  // namespace tutti::control
