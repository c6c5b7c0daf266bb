#include "planner/run_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using base::Duration;
using base::Timestamp;
using model::PodInfo;
using model::ReasonCode;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::CoreDriver;
using ::testing::IsEmpty;

// Of one member; `declared` 0: it does not say how long it runs.
struct OneOf {
  OneOf(const std::string& submitter, Duration declared, const std::string& space = "default") {
    pod.shape = CoreDriver::Shape(1'000);
    pod.submitter = submitter;
    pod.expected_duration = declared;
    pod.gang.emplace();
    gang.key.namespace_name = space;
    gang.CountIn(pod);
  }
  PodInfo pod;
  Gang gang;
};

TEST(RunTimesTest, AreTheMeanOfTheLastTwoRuns) {
  RunTimes times(RunTimeSource::kLearned);
  const OneOf next("ada", hours(10));
  EXPECT_EQ(times.Of(next.gang), hours(10));
  times.Add(next.gang, minutes(20));
  EXPECT_EQ(times.Of(next.gang), hours(10)) << "one run is no mean";
  times.Add(next.gang, minutes(40));
  EXPECT_EQ(times.Of(next.gang), minutes(30));
  times.Add(next.gang, minutes(60));
  EXPECT_EQ(times.Of(next.gang), minutes(50)) << "the first is forgotten";
}

TEST(RunTimesTest, AreNeverMoreThanWhatIsDeclared) {
  RunTimes times(RunTimeSource::kLearned);
  for (int i = 0; i < 2; ++i) times.Add(OneOf("ada", hours(9)).gang, hours(3));
  EXPECT_EQ(times.Of(OneOf("ada", hours(1)).gang), hours(1));
}

TEST(RunTimesTest, OneRunServesAGangThatDeclaresNothing) {
  RunTimes times(RunTimeSource::kLearned);
  const OneOf silent("ada", Duration(0));
  EXPECT_EQ(times.Of(silent.gang), Duration(0)) << "nobody knows";
  times.Add(silent.gang, minutes(7));
  EXPECT_EQ(times.Of(silent.gang), minutes(7));
  times.Add(silent.gang, minutes(9));
  EXPECT_EQ(times.Of(silent.gang), minutes(8));
}

TEST(RunTimesTest, AreWhatIsDeclaredWhereThatIsTheSource) {
  RunTimes times(RunTimeSource::kDeclared);
  const OneOf next("ada", hours(10));
  for (int i = 0; i < 2; ++i) times.Add(next.gang, minutes(20));
  EXPECT_EQ(times.Of(next.gang), hours(10));
  EXPECT_EQ(times.Learned(next.gang), minutes(20)) << "it is known all the same";
}

TEST(RunTimesTest, SubmittersAreToldApartByNameAndNamespace) {
  RunTimes times(RunTimeSource::kLearned);
  times.Add(OneOf("ada", Duration(0)).gang, minutes(20));
  EXPECT_EQ(times.Of(OneOf("bob", Duration(0)).gang), Duration(0));
  EXPECT_EQ(times.Of(OneOf("ada", Duration(0), "other").gang), Duration(0));
  const OneOf nobody("", Duration(0));
  times.Add(nobody.gang, minutes(20));
  EXPECT_EQ(times.Of(nobody.gang), Duration(0)) << "nobody's gangs are not alike";
}

TEST(RunTimesTest, TheSubmitterThatEndedNothingForLongestIsForgotten) {
  RunTimes times(RunTimeSource::kLearned);
  const auto of = [](size_t i) { return OneOf("user-" + std::to_string(i), Duration(0)); };
  for (size_t i = 0; i < RunTimes::kMostSubmitters; ++i) times.Add(of(i).gang, minutes(1));
  times.Add(of(0).gang, minutes(1));
  times.Add(of(RunTimes::kMostSubmitters).gang, minutes(1));
  EXPECT_EQ(times.Of(of(0).gang), minutes(1)) << "it has ended another one since";
  EXPECT_EQ(times.Of(of(1).gang), Duration(0));
  EXPECT_EQ(times.Of(of(2).gang), minutes(1));
  EXPECT_EQ(times.Save().size(), RunTimes::kMostSubmitters);
}

TEST(RunTimesTest, WhatIsSavedIsKnownAgain) {
  RunTimes times(RunTimeSource::kLearned);
  for (const char* user : {"ada", "bob", "ada"}) times.Add(OneOf(user, Duration(0)).gang, hours(1));
  times.Add(OneOf("bob", Duration(0)).gang, hours(2));
  RunTimes again(RunTimeSource::kLearned);
  again.Restore(times.Save());
  ASSERT_EQ(again.Save().size(), 2U);
  EXPECT_EQ(again.Save().front().name, "ada");
  EXPECT_EQ(again.Of(OneOf("ada", hours(9)).gang), hours(1));
  EXPECT_EQ(again.Of(OneOf("bob", hours(9)).gang), minutes(90));
}

TEST(RunTimesTest, AGangThatOutlivesItsEstimateIsGivenEverLongerExtensions) {
  OneOf one("ada", minutes(20));
  one.gang.bound = 1;
  one.gang.started = Timestamp{0};
  one.gang.learned = minutes(10);
  const auto at = [](Duration time) { return Timestamp{Duration(time).count()}; };
  const auto extended = [&](RunTimeSource source, Duration now) {
    return RunTimes::Extended(one.gang, source, at(now));
  };
  EXPECT_EQ(RunTimes::EndOf(one.gang, RunTimeSource::kLearned), at(minutes(10)));
  EXPECT_EQ(extended(RunTimeSource::kLearned, minutes(10)), at(minutes(11)));
  EXPECT_EQ(extended(RunTimeSource::kLearned, minutes(11)), at(minutes(16)));
  EXPECT_EQ(extended(RunTimeSource::kLearned, minutes(16)), at(minutes(20))) << "its limit";
  EXPECT_EQ(extended(RunTimeSource::kLearned, minutes(26)), at(minutes(32)))
      << "past its limit it runs on for as long as it is overdue";
  EXPECT_EQ(extended(RunTimeSource::kDeclared, minutes(26)), at(minutes(32)));
}

TEST(RunTimesTest, AGangWithoutALimitIsExtendedForEver) {
  OneOf one("ada", Duration(0));
  one.gang.bound = 1;
  one.gang.started = Timestamp{0};
  one.gang.learned = minutes(10);
  const Timestamp late{Duration(hours(24 * 365)).count()};
  const Timestamp end = RunTimes::Extended(one.gang, RunTimeSource::kLearned, late);
  EXPECT_GT(end, late);
  EXPECT_LE(end, late + hours(100));
}

// What the core learns from.
class LearningTest : public ::testing::Test {
 protected:
  LearningTest() {
    d_.AddNode("a", 10'000);
    d_.AddNode("b", 2'000);
  }
  void TearDown() override { EXPECT_THAT(d_.broken, IsEmpty()); }

  static CoreOptions Options() {
    CoreOptions options;
    options.run_times = RunTimeSource::kLearned;
    return options;
  }
  PodInfo Pod(const std::string& name, const std::string& gang, int members, int64_t cpu,
              Duration declared) {
    PodInfo pod = d_.NewPod(name, gang, members, CoreDriver::Shape(cpu));
    pod.expected_duration = declared;
    pod.submitter = "user/ada";
    return pod;
  }
  void Run(PodInfo& pod, const std::string& node) {
    pod.node_name = node;
    pod.phase = model::PodPhase::kRunning;
    d_.Show(pod);
  }
  void End(PodInfo& pod, model::PodPhase phase) {
    pod.phase = phase;
    d_.Show(pod);
  }
  // A gang of one pod on node b that succeeds after `time`.
  void RunFor(const std::string& name, Duration time, Duration declared = hours(1)) {
    PodInfo pod = Pod(name, name, 1, 1'000, declared);
    Run(pod, "b");
    d_.Pass(time);
    End(pod, model::PodPhase::kSucceeded);
    d_.Apply(model::PodDeleted{pod.uid});
  }
  std::vector<Duration> Learned() {
    std::vector<Duration> learned;
    for (const model::ReportRun& run : d_.Take<model::ReportRun>()) learned.push_back(run.learned);
    return learned;
  }

  CoreDriver d_{Options()};
};

TEST_F(LearningTest, ARunIsReportedWithWhatWasExpected) {
  RunFor("first", minutes(10));
  RunFor("second", minutes(20));
  EXPECT_THAT(Learned(), ::testing::ElementsAre(Duration(0), Duration(0)));
  RunFor("third", minutes(5));
  const std::vector<model::ReportRun> runs = d_.Take<model::ReportRun>();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].key, CoreDriver::KeyOf("third"));
  EXPECT_EQ(runs[0].ran, minutes(5));
  EXPECT_EQ(runs[0].declared, hours(1));
  EXPECT_EQ(runs[0].learned, minutes(15));
}

TEST_F(LearningTest, WhatWasExpectedIsWhatWasKnownWhenItBegan) {
  PodInfo early = Pod("early", "early", 1, 1'000, hours(2));
  Run(early, "a");
  RunFor("first", minutes(10));
  RunFor("second", minutes(20));
  Learned();
  End(early, model::PodPhase::kSucceeded);
  EXPECT_THAT(Learned(), ::testing::ElementsAre(Duration(0)));
}

TEST_F(LearningTest, OnlyWhatSucceededTeaches) {
  for (const bool deleted : {false, true}) {
    PodInfo pod = Pod("bad", "bad", 1, 1'000, hours(1));
    Run(pod, "b");
    d_.Pass(minutes(1));
    if (!deleted) End(pod, model::PodPhase::kFailed);
    d_.Apply(model::PodDeleted{pod.uid});
  }
  EXPECT_THAT(Learned(), IsEmpty());
  RunFor("first", minutes(10));
  RunFor("second", minutes(20));
  RunFor("third", minutes(5));
  EXPECT_THAT(Learned(), ::testing::ElementsAre(Duration(0), Duration(0), minutes(15)));
}

TEST_F(LearningTest, AGangHasRunWhenItsLastMemberHas) {
  std::vector<PodInfo> pair = {Pod("p-0", "pair", 2, 500, hours(1)),
                               Pod("p-1", "pair", 2, 500, hours(1))};
  for (PodInfo& pod : pair) Run(pod, "b");
  d_.Pass(minutes(10));
  End(pair[0], model::PodPhase::kSucceeded);
  EXPECT_THAT(d_.Take<model::ReportRun>(), IsEmpty());
  d_.Pass(minutes(5));
  End(pair[1], model::PodPhase::kSucceeded);
  const std::vector<model::ReportRun> runs = d_.Take<model::ReportRun>();
  ASSERT_EQ(runs.size(), 1U);
  EXPECT_EQ(runs[0].ran, minutes(15));
}

TEST_F(LearningTest, ASilentGangPassesTheHeadOnceItsSubmitterIsKnown) {
  RunFor("first", minutes(10), Duration(0));
  RunFor("second", minutes(10), Duration(0));
  PodInfo running = Pod("running", "running", 1, 6'000, Duration(0));
  Run(running, "a");
  const PodInfo head = Pod("head", "head", 1, 8'000, Duration(0));
  PodInfo unknown = Pod("unknown", "unknown", 1, 4'000, Duration(0));
  unknown.submitter = "user/bob";
  const PodInfo known = Pod("known", "known", 1, 4'000, Duration(0));
  for (const PodInfo& pod : {head, unknown, known}) d_.Show(pod);
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(head), ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(d_.HeldBecause(unknown), ReasonCode::kBehindHead);
  EXPECT_EQ(d_.PlacedOn(known), "a") << "both are taken to run for ten minutes";
}

TEST_F(LearningTest, AGangThatOutlivesItsEstimateIsWaitedForALittle) {
  RunFor("first", minutes(10), Duration(0));
  RunFor("second", minutes(10), Duration(0));
  PodInfo running = Pod("running", "running", 1, 6'000, hours(9));
  Run(running, "a");
  const PodInfo head = Pod("head", "head", 1, 8'000, hours(1));
  d_.Show(head);
  d_.Pass(minutes(12));  // four minutes are left of the first two extensions
  PodInfo late = Pod("late", "late", 1, 4'000, minutes(5));
  PodInfo in_time = Pod("in-time", "in-time", 1, 4'000, minutes(4));
  for (PodInfo* pod : {&late, &in_time}) {
    pod->submitter = "user/bob";
    d_.Show(*pod);
  }
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(late), ReasonCode::kBehindHead);
  EXPECT_EQ(d_.PlacedOn(in_time), "a");
}

TEST_F(LearningTest, TheQueueIsPlannedAnewWhenAnEstimateProvesTooShort) {
  RunFor("first", minutes(10), Duration(0));
  RunFor("second", minutes(10), Duration(0));
  PodInfo running = Pod("running", "running", 1, 6'000, hours(9));
  Run(running, "a");
  const PodInfo head = Pod("head", "head", 1, 8'000, hours(1));
  d_.Show(head);
  d_.Pass(minutes(9));
  PodInfo waits = Pod("waits", "waits", 1, 4'000, minutes(5));
  waits.submitter = "user/bob";
  d_.Show(waits);
  d_.Pass();
  EXPECT_EQ(d_.HeldBecause(waits), ReasonCode::kBehindHead) << "the head starts in a minute";
  EXPECT_EQ(d_.core.NextDeadline(), d_.now + minutes(1));
  d_.Pass(minutes(1));
  EXPECT_EQ(d_.HeldBecause(waits), ReasonCode::kBehindHead) << "one minute more";
  d_.Pass(minutes(1));
  EXPECT_EQ(d_.PlacedOn(waits), "a") << "five minutes more";
}

}  // namespace
}  // namespace tutti::planner
