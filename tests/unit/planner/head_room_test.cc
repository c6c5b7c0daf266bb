// EASY backfill: who may pass the head of the queue when it is known how long gangs run.
#include "planner/head_room.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using model::ReasonCode;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::CoreDriver;
using ::testing::IsEmpty;

CoreOptions With(Backfill backfill) {
  CoreOptions options;
  options.backfill = backfill;
  return options;
}

class HeadRoomTest : public ::testing::Test {
 protected:
  HeadRoomTest() { Use(CoreOptions()); }
  void Use(CoreOptions options) { d_ = std::make_unique<CoreDriver>(std::move(options)); }
  void TearDown() override { EXPECT_THAT(d_->broken, IsEmpty()); }

  // A gang of one pod; `duration` 0: it does not say.
  PodInfo Pod(const std::string& name, int64_t cpu, base::Duration duration) {
    PodInfo pod = d_->NewPod(name, name, 1, CoreDriver::Shape(cpu));
    pod.expected_duration = duration;
    return pod;
  }
  PodInfo Show(const std::string& name, int64_t cpu, base::Duration duration) {
    const PodInfo pod = Pod(name, cpu, duration);
    d_->Show(pod);
    return pod;
  }
  PodInfo Run(const std::string& name, const std::string& node, int64_t cpu,
              base::Duration duration) {
    PodInfo pod = Pod(name, cpu, duration);
    pod.node_name = node;
    pod.phase = model::PodPhase::kRunning;
    d_->Show(pod);
    return pod;
  }
  // The world of most tests: 6 of 10 CPUs run for an hour, the head wants 8.
  PodInfo SixOfTenForAnHour() {
    d_->AddNode("a", 10'000);
    Run("running", "a", 6'000, minutes(60));
    return Show("head", 8'000, minutes(60));
  }

  std::unique_ptr<CoreDriver> d_;
};

TEST_F(HeadRoomTest, AGangThatEndsBeforeTheHeadStartsPassesIt) {
  const PodInfo head = SixOfTenForAnHour();
  const PodInfo in_time = Show("in-time", 4'000, minutes(60));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(head), ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(d_->PlacedOn(in_time), "a") << "it ends when the head starts, not later";
}

// The head would need the virtual node, whose room cannot be kept: nobody waits for that.
TEST_F(HeadRoomTest, NothingIsKeptOnVirtualNodes) {
  d_->AddNode("a", 4'000);
  model::NodeInfo burst;
  burst.name = "burst";
  burst.allocatable = {{model::kCpu, 8'000}, {model::kPods, 110}};
  burst.is_virtual = true;
  d_->Apply(model::NodeUpserted{std::move(burst)});
  Run("running", "burst", 6'000, {});
  const PodInfo head = Show("head", 8'000, {});
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(head), ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(d_->reservations(), 0u);
  const PodInfo small = Show("small", 4'000, {});
  d_->Pass();
  EXPECT_EQ(d_->PlacedOn(small), "a");
}

TEST_F(HeadRoomTest, AGangThatEndsLaterWaits) {
  SixOfTenForAnHour();
  const PodInfo late = Show("late", 4'000, minutes(61));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(late), ReasonCode::kBehindHead);
}

TEST_F(HeadRoomTest, AGangThatEndsLaterUsesWhatTheHeadDoesNotNeed) {
  SixOfTenForAnHour();
  const PodInfo extra = Show("extra", 2'000, minutes(600));
  const PodInfo more = Show("more", 1'000, minutes(600));
  d_->Pass();
  EXPECT_EQ(d_->PlacedOn(extra), "a") << "10 - 8 CPUs are left beside the head";
  EXPECT_EQ(d_->HeldBecause(more), ReasonCode::kBehindHead) << "and now none";
}

TEST_F(HeadRoomTest, WhatAShortGangUsesIsStillThereForALongOne) {
  SixOfTenForAnHour();
  const PodInfo brief = Show("brief", 2'000, minutes(5));
  const PodInfo extra = Show("extra", 2'000, minutes(600));
  d_->Pass();
  EXPECT_EQ(d_->PlacedOn(brief), "a");
  EXPECT_EQ(d_->PlacedOn(extra), "a") << "the short one is gone when the head starts";
}

TEST_F(HeadRoomTest, AGangThatDoesNotSayHowLongItRunsIsALongOne) {
  SixOfTenForAnHour();
  const PodInfo silent = Show("silent", 4'000, seconds(0));
  const PodInfo extra = Show("extra", 2'000, seconds(0));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(silent), ReasonCode::kBehindHead);
  EXPECT_EQ(d_->PlacedOn(extra), "a");
}

TEST_F(HeadRoomTest, WhereThoseThatRunSayNothingNobodyUsesTheHeadsRoom) {
  d_->AddNode("a", 10'000);
  Run("running", "a", 6'000, seconds(0));
  Show("head", 8'000, minutes(60));
  const PodInfo brief = Show("brief", 3'000, seconds(1));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(brief), ReasonCode::kBehindHead);
}

TEST_F(HeadRoomTest, TheHeadStartsAtTheFirstEndThatGivesItRoomEnough) {
  d_->AddNode("a", 10'000);
  Run("first", "a", 3'000, minutes(10));
  Run("second", "a", 3'000, minutes(20));
  Run("third", "a", 3'000, minutes(30));
  Show("head", 7'000, minutes(60));
  const PodInfo late = Show("late", 1'000, minutes(21));
  const PodInfo in_time = Show("in-time", 1'000, minutes(20));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(late), ReasonCode::kBehindHead) << "after two ends 7 CPUs are free";
  EXPECT_EQ(d_->PlacedOn(in_time), "a");
}

TEST_F(HeadRoomTest, GangsThatEndTogetherCountTogether) {
  d_->AddNode("a", 10'000);
  for (const char* name : {"r1", "r2", "r3", "r4", "r5"}) Run(name, "a", 1'800, minutes(10));
  Show("head", 10'000, minutes(60));
  const PodInfo in_time = Show("in-time", 1'000, minutes(10));
  d_->Pass();
  EXPECT_EQ(d_->PlacedOn(in_time), "a");
}

TEST_F(HeadRoomTest, TheHeadIsKeptNodesThatAreBusyNow) {
  d_->AddNode("a", 4'000);
  d_->AddNode("b", 4'000);
  d_->AddNode("c", 4'000);
  Run("running", "b", 4'000, minutes(10));
  PodInfo first = d_->NewPod("head-0", "head", 3, CoreDriver::Shape(4'000));
  PodInfo second = d_->NewPod("head-1", "head", 3, CoreDriver::Shape(4'000));
  PodInfo third = d_->NewPod("head-2", "head", 3, CoreDriver::Shape(2'000));
  for (const PodInfo& pod : {first, second, third}) d_->Show(pod);
  const PodInfo extra = Show("extra", 2'000, minutes(600));
  d_->Pass();
  ASSERT_EQ(d_->HeldBecause(first), ReasonCode::kWaitingForCapacity);
  EXPECT_NE(d_->PlacedOn(extra), "") << "half a node is left beside the head";
}

TEST_F(HeadRoomTest, AGangThatIsOverdueIsExpectedToRunOn) {
  SixOfTenForAnHour();
  d_->Pass(minutes(70));  // ten minutes more than it said: it is given ten more
  const PodInfo late = Show("late", 4'000, minutes(11));
  const PodInfo in_time = Show("in-time", 4'000, minutes(10));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(late), ReasonCode::kBehindHead);
  EXPECT_EQ(d_->PlacedOn(in_time), "a");
}

TEST_F(HeadRoomTest, WhoeverPassedTheHeadKeepsItsPlaceInTheHeadsRoom) {
  SixOfTenForAnHour();
  std::vector<PodInfo> pair;
  for (const char* name : {"pair-0", "pair-1"}) {
    pair.push_back(d_->NewPod(name, "pair", 2, CoreDriver::Shape(2'000)));
    pair.back().expected_duration = minutes(30);
    d_->Show(pair.back());
  }
  d_->Pass();
  ASSERT_EQ(d_->PlacedOn(pair[1]), "a");
  // More is promised on the node now than it has, but only to the head.
  PodInfo bound = pair[0];
  bound.node_name = "a";
  d_->Show(bound);
  EXPECT_EQ(d_->PlacedOn(pair[1]), "a");
}

TEST_F(HeadRoomTest, AStartBeforeThisProcessCountsByTheClockOnTheWall) {
  CoreOptions options;
  options.timestamp_zero = std::chrono::hours(24 * 365 * 50);
  Use(options);
  d_->AddNode("a", 10'000);
  PodInfo running = Pod("running", 6'000, minutes(60));
  running.node_name = "a";
  running.phase = model::PodPhase::kRunning;
  const base::Duration now = d_->now - base::Timestamp{0};
  running.bound_seconds =
      std::chrono::duration_cast<seconds>(options.timestamp_zero + now - minutes(50)).count();
  d_->Show(running);
  Show("head", 8'000, minutes(60));
  const PodInfo late = Show("late", 4'000, minutes(11));
  const PodInfo in_time = Show("in-time", 4'000, minutes(9));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(late), ReasonCode::kBehindHead) << "the head starts in ten minutes";
  EXPECT_EQ(d_->PlacedOn(in_time), "a");
}

TEST_F(HeadRoomTest, WithoutBackfillNobodyPasses) {
  Use(With(Backfill::kNone));
  SixOfTenForAnHour();
  const PodInfo brief = Show("brief", 1'000, seconds(1));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(brief), ReasonCode::kBehindHead);
}

TEST_F(HeadRoomTest, WithoutBackfillNobodyPassesAtAdmissionEither) {
  Use(With(Backfill::kNone));
  SixOfTenForAnHour();
  d_->Pass();
  const model::AnswerAdmission answer = d_->Admit(Pod("brief", 1'000, seconds(1)));
  EXPECT_TRUE(answer.gate);
  EXPECT_THAT(answer.pins, IsEmpty());
}

TEST_F(HeadRoomTest, TheShortestPassesFirstWhereConfigured) {
  Use(With(Backfill::kEasyShortestFirst));
  SixOfTenForAnHour();
  const PodInfo silent = Show("silent", 4'000, seconds(0));
  const PodInfo longer = Show("longer", 4'000, minutes(50));
  const PodInfo shorter = Show("shorter", 4'000, minutes(10));
  d_->Pass();
  EXPECT_EQ(d_->PlacedOn(shorter), "a");
  EXPECT_EQ(d_->PlacedOn(longer), "");
  EXPECT_EQ(d_->PlacedOn(silent), "");
}

TEST_F(HeadRoomTest, APassThatIsCutShortGoesOnInTheSameOrder) {
  CoreOptions options = With(Backfill::kEasyShortestFirst);
  options.failed_placements_per_pass = 2;
  Use(options);
  SixOfTenForAnHour();
  std::vector<PodInfo> late;
  for (int i = 0; i < 6; ++i) {
    late.push_back(Show("late-" + std::to_string(i), 3'000 + i, minutes(61 + i)));
  }
  const PodInfo last = Show("last", 2'000, minutes(90));
  for (int i = 0; i < 8; ++i) d_->Pass();
  EXPECT_EQ(d_->PlacedOn(last), "a") << "every gang gets its turn";
}

}  // namespace
}  // namespace tutti::planner
