// Conservative backfill: planned starts, and who may pass whom.
#include "planner/start_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "planner/core_checkpoint.h"
#include "planner/core_reader.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using model::ReasonCode;
using std::chrono::minutes;
using testing::CoreDriver;
using ::testing::IsEmpty;

class StartPlanTest : public ::testing::Test {
 protected:
  StartPlanTest() { Use(Backfill::kConservative); }
  void Use(Backfill backfill) {
    CoreOptions options;
    options.backfill = backfill;
    d_ = std::make_unique<CoreDriver>(std::move(options));
    d_->AddNode("a", 10'000);
  }
  void TearDown() override { EXPECT_THAT(d_->broken, IsEmpty()); }

  // A gang of one pod; `duration` 0: it does not say.
  PodInfo Pod(const std::string& name, int64_t cpu, base::Duration duration, int priority = 0) {
    model::PodShape shape = *CoreDriver::Shape(cpu);
    shape.priority = priority;
    PodInfo pod =
        d_->NewPod(name, name, 1, std::make_shared<const model::PodShape>(std::move(shape)));
    pod.expected_duration = duration;
    return pod;
  }
  PodInfo Show(const std::string& name, int64_t cpu, base::Duration duration, int priority = 0) {
    const PodInfo pod = Pod(name, cpu, duration, priority);
    d_->Show(pod);
    return pod;
  }
  PodInfo Run(const std::string& name, int64_t cpu, base::Duration duration) {
    PodInfo pod = Pod(name, cpu, duration);
    pod.node_name = "a";
    pod.phase = model::PodPhase::kRunning;
    d_->Show(pod);
    return pod;
  }
  void End(PodInfo pod) {
    pod.node_name = "a";
    pod.phase = model::PodPhase::kSucceeded;
    d_->Show(pod);
  }
  // It has its place: kube-scheduler binds it there.
  void Bind(PodInfo pod) {
    pod.node_name = d_->PlacedOn(pod);
    ASSERT_EQ(pod.node_name, "a");
    pod.phase = model::PodPhase::kRunning;
    d_->Show(pod);
  }
  StartRange RangeOf(const std::string& name) {
    return d_->core.reader().ExplainGang(CoreDriver::KeyOf(name)).start;
  }
  std::optional<base::Duration> StartOf(const std::string& name) { return RangeOf(name).latest; }

  // 6 of 10 CPUs run for an hour; the head wants 8 of them, the second all 10, each for an hour.
  void TwoThatWait() {
    running_ = Run("running", 6'000, minutes(60));
    head_ = Show("head", 8'000, minutes(60));
    second_ = Show("second", 10'000, minutes(60));
  }

  std::unique_ptr<CoreDriver> d_;
  PodInfo running_;
  PodInfo head_;
  PodInfo second_;
};

TEST_F(StartPlanTest, UnderEasyTheSecondIsPutOff) {
  Use(Backfill::kEasy);
  TwoThatWait();
  const PodInfo third = Show("third", 2'000, minutes(600));
  d_->Pass();
  EXPECT_EQ(d_->PlacedOn(third), "a") << "the head needs 8 of the 10: it is not delayed";
}

TEST_F(StartPlanTest, NobodyPutsOffTheSecond) {
  TwoThatWait();
  const PodInfo third = Show("third", 2'000, minutes(600));
  const PodInfo brief = Show("brief", 2'000, minutes(120));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(third), ReasonCode::kBehindHead);
  EXPECT_EQ(StartOf("head"), minutes(60));
  EXPECT_EQ(StartOf("second"), minutes(120));
  EXPECT_EQ(StartOf("third"), minutes(180)) << "not before the second has ended";
  EXPECT_EQ(d_->PlacedOn(brief), "a") << "beside the head, and gone when the second starts";
  EXPECT_TRUE(RangeOf("third").reserved);
  EXPECT_EQ(RangeOf("third").before, 2);
  EXPECT_EQ(RangeOf("head").ends, 1);
  EXPECT_EQ(d_->core.Count().planned_starts, 3u);
}

TEST_F(StartPlanTest, OneMinuteTooLongIsTooLong) {
  TwoThatWait();
  const PodInfo late = Show("late", 2'000, minutes(121));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(late), ReasonCode::kBehindHead);
}

TEST_F(StartPlanTest, AGangThatDoesNotSayHowLongItRunsPassesNobodyThatNeedsItsRoom) {
  TwoThatWait();
  const PodInfo silent = Show("silent", 1'000, minutes(0));
  d_->Pass();
  EXPECT_EQ(d_->HeldBecause(silent), ReasonCode::kBehindHead);
  EXPECT_EQ(StartOf("silent"), minutes(180));
}

TEST_F(StartPlanTest, AnEarlyEndMovesAllOfThemUp) {
  TwoThatWait();
  Show("third", 2'000, minutes(600));
  d_->Pass();
  d_->Pass(minutes(30));
  End(running_);
  d_->Pass();
  EXPECT_EQ(d_->PlacedOn(head_), "a");
  Bind(head_);
  d_->Pass();
  EXPECT_EQ(StartOf("second"), minutes(60));
  EXPECT_EQ(StartOf("third"), minutes(120));
}

TEST_F(StartPlanTest, WhoMovesUpPutsOffNobody) {
  Run("running", 6'000, minutes(60));
  const PodInfo brief = Run("brief", 4'000, minutes(50));
  Show("head", 8'000, minutes(60));
  Show("second", 5'000, minutes(60));  // at 120, after the head
  Show("third", 2'000, minutes(10));   // at 50, before the head
  d_->Pass();
  EXPECT_EQ(StartOf("second"), minutes(120));
  EXPECT_EQ(StartOf("third"), minutes(50));
  d_->Pass(minutes(20));
  End(brief);  // 4 are free: the third has room
  d_->Pass();
  EXPECT_EQ(StartOf("head"), minutes(40));
  EXPECT_EQ(StartOf("second"), minutes(100));
  EXPECT_EQ(StartOf("third"), std::nullopt) << "it has its place";
}

TEST_F(StartPlanTest, AMoreImportantGangGoesFirst) {
  TwoThatWait();
  d_->Pass();
  EXPECT_EQ(StartOf("head"), minutes(60));
  Show("important", 10'000, minutes(60), /*priority=*/10);
  d_->Pass();
  EXPECT_EQ(StartOf("important"), minutes(60));
  EXPECT_EQ(StartOf("head"), minutes(120));
  EXPECT_EQ(StartOf("second"), minutes(180));
  EXPECT_TRUE(d_->core.reader().ExplainGang(CoreDriver::KeyOf("important")).gang->head);
}

TEST_F(StartPlanTest, WhoIsHeldKeepsNoRoom) {
  TwoThatWait();
  const PodInfo third = Show("third", 2'000, minutes(600));
  d_->Pass();
  d_->Apply(model::GangHeld{CoreDriver::KeyOf("second"), true});
  d_->Pass();
  EXPECT_EQ(StartOf("second"), std::nullopt);
  EXPECT_EQ(d_->PlacedOn(third), "a");
}

TEST_F(StartPlanTest, AGangThatGoesKeepsNoRoom) {
  TwoThatWait();
  const PodInfo third = Show("third", 2'000, minutes(600));
  d_->Pass();
  d_->Apply(model::PodDeleted{second_.uid});
  d_->Pass();
  EXPECT_EQ(d_->PlacedOn(third), "a");
}

TEST_F(StartPlanTest, WhereNobodyKnowsTheEndsOnlyTheHeadsRoomIsKept) {
  Run("running", 6'000, minutes(0));
  Show("head", 8'000, minutes(60));
  Show("second", 9'000, minutes(60));
  const PodInfo brief = Show("brief", 3'000, minutes(1));
  d_->Pass();
  EXPECT_EQ(StartOf("head"), std::nullopt);
  EXPECT_EQ(StartOf("second"), std::nullopt);
  EXPECT_EQ(d_->HeldBecause(brief), ReasonCode::kBehindHead);
}

TEST_F(StartPlanTest, WhatOutlivesItsLimitPutsOffThosePlannedAfterIt) {
  TwoThatWait();
  d_->Pass();
  d_->Pass(minutes(61));
  EXPECT_EQ(d_->HeldBecause(head_), ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(RangeOf("head").earliest, minutes(1)) << "it is given a minute at least";
  EXPECT_EQ(RangeOf("second").earliest, minutes(61));
  EXPECT_EQ(StartOf("head"), std::nullopt) << "of that there is no limit";
  EXPECT_EQ(StartOf("second"), std::nullopt);
}

TEST_F(StartPlanTest, APromisedStartIsLookedAtThoughNobodyEndsJustThen) {
  TwoThatWait();
  d_->Pass();
  EXPECT_EQ(d_->core.NextDeadline(), d_->now + minutes(60));
}

TEST_F(StartPlanTest, NoPlanAtAdmissionPassesThoseThatWait) {
  TwoThatWait();
  d_->Pass();
  EXPECT_TRUE(d_->Admit(Pod("small", 1'000, minutes(1))).pins.empty());
  EXPECT_TRUE(d_->Admit(Pod("small-2", 1'000, minutes(1))).gate);
}

TEST_F(StartPlanTest, ANewNodeIsRoomForTheFirstThatFits) {
  TwoThatWait();
  d_->Pass();
  EXPECT_EQ(StartOf("second"), minutes(120));
  d_->AddNode("b", 10'000);
  d_->Pass();
  EXPECT_EQ(d_->PlacedOn(head_), "b");
  EXPECT_EQ(StartOf("second"), minutes(60)) << "the other one is free then";
}

TEST_F(StartPlanTest, ARestoredCoreKeepsThePromises) {
  TwoThatWait();
  Show("third", 2'000, minutes(600));
  d_->Pass();
  CoreOptions options;
  options.backfill = Backfill::kConservative;
  Core other(options, d_->labels);
  ASSERT_TRUE(other.Restore(d_->core.Save()).ok());
  EXPECT_EQ(other.NextDeadline(), d_->core.NextDeadline());
  d_->Pass(minutes(10));
  End(running_);
  // The same pass on both.
  PodInfo ended = running_;
  ended.node_name = "a";
  ended.phase = model::PodPhase::kSucceeded;
  other.Apply(d_->now, model::PodUpserted{ended});
  d_->Pass();
  other.Apply(d_->now, model::TimePassed{});
  for (const char* name : {"second", "third"}) {
    EXPECT_EQ(other.reader().ExplainGang(CoreDriver::KeyOf(name)).start.latest, StartOf(name))
        << name;
  }
}

}  // namespace
}  // namespace tutti::planner
