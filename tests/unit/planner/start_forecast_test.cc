// When gangs behind the head are expected to start, as questions answer it.
#include "planner/start_forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "planner/core_reader.h"
#include "tests/support/core_driver.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using std::chrono::minutes;
using testing::CoreDriver;

class StartForecastTest : public ::testing::Test {
 protected:
  StartForecastTest() { Use(Backfill::kEasy); }
  void Use(Backfill backfill) {
    CoreOptions options;
    options.backfill = backfill;
    d_ = std::make_unique<CoreDriver>(std::move(options));
    d_->AddNode("a", 10'000);
  }
  PodInfo Pod(const std::string& name, int64_t cpu, base::Duration duration) {
    PodInfo pod = d_->NewPod(name, name, 1, CoreDriver::Shape(cpu));
    pod.expected_duration = duration;
    pod.submitter = submitter_;
    return pod;
  }
  void Show(const std::string& name, int64_t cpu, base::Duration duration) {
    d_->Show(Pod(name, cpu, duration));
  }
  void Run(const std::string& name, int64_t cpu, base::Duration duration) {
    PodInfo pod = Pod(name, cpu, duration);
    pod.node_name = "a";
    pod.phase = model::PodPhase::kRunning;
    d_->Show(pod);
  }
  // Two gangs of the submitter ran for so long.
  void Learn(base::Duration ran) {
    for (const char* name : {"before", "last"}) {
      PodInfo pod = Pod(name, 1'000, minutes(60));
      pod.node_name = "a";
      pod.phase = model::PodPhase::kRunning;
      d_->Show(pod);
      d_->Pass(ran);
      pod.phase = model::PodPhase::kSucceeded;
      d_->Show(pod);
    }
  }
  StartRange StartOf(const std::string& name) {
    return d_->core.reader().ExplainGang(CoreDriver::KeyOf(name)).start;
  }

  std::unique_ptr<CoreDriver> d_;
  std::string submitter_ = "someone";
};

TEST_F(StartForecastTest, EachGangBehindTheHeadHasAStart) {
  Run("running", 6'000, minutes(60));
  Show("head", 8'000, minutes(60));
  Show("second", 9'000, minutes(30));
  Show("third", 10'000, minutes(30));
  d_->Pass();
  EXPECT_EQ(StartOf("head").latest, minutes(60));
  EXPECT_EQ(StartOf("second").latest, minutes(120));
  EXPECT_EQ(StartOf("third").latest, minutes(150));
  EXPECT_EQ(StartOf("third").before, 2);
  EXPECT_TRUE(StartOf("head").reserved);
  EXPECT_FALSE(StartOf("second").reserved) << "backfill may put it off";
}

TEST_F(StartForecastTest, AGangThatFitsBesideTheOthersStartsWithThem) {
  Run("running", 9'000, minutes(60));
  Show("head", 8'000, minutes(60));
  Show("second", 10'000, minutes(30));
  Show("third", 2'000, minutes(60));
  d_->Pass();
  EXPECT_EQ(StartOf("third").latest, minutes(60)) << "beside the head, gone before the second";
}

TEST_F(StartForecastTest, StrictlyInOrderNobodyIsExpectedBeforeAnother) {
  Use(Backfill::kNone);
  Run("running", 9'000, minutes(60));
  Show("head", 8'000, minutes(60));
  Show("second", 10'000, minutes(30));
  Show("third", 2'000, minutes(60));
  d_->Pass();
  EXPECT_EQ(StartOf("second").latest, minutes(120));
  EXPECT_EQ(StartOf("third").latest, minutes(150));
}

TEST_F(StartForecastTest, BehindAGangThatDoesNotSayHowLongItRunsThereIsNoLimit) {
  Run("running", 6'000, minutes(60));
  Show("silent", 8'000, minutes(0));
  Show("second", 9'000, minutes(30));
  Show("third", 2'000, minutes(600));
  d_->Pass();
  EXPECT_EQ(StartOf("silent").latest, minutes(60)) << "its own run does not matter to it";
  EXPECT_EQ(StartOf("second").latest, std::nullopt);
  EXPECT_EQ(StartOf("third").latest, std::nullopt) << "the second might start any time";
}

TEST_F(StartForecastTest, TheRangeReachesFromWhatWasLearnedToWhatIsDeclared) {
  Learn(minutes(10));
  Run("running", 6'000, minutes(60));
  Show("head", 8'000, minutes(60));
  Show("second", 9'000, minutes(30));
  d_->Pass();
  EXPECT_EQ(StartOf("head").earliest, minutes(10));
  EXPECT_EQ(StartOf("head").latest, minutes(60));
  EXPECT_EQ(StartOf("second").earliest, minutes(20));
  EXPECT_EQ(StartOf("second").latest, minutes(120));
}

TEST_F(StartForecastTest, ListsShowIt) {
  Run("running", 6'000, minutes(60));
  Show("head", 8'000, minutes(60));
  Show("second", 9'000, minutes(30));
  d_->Pass();
  const std::vector<GangReport> queue = d_->core.reader().Queue("default", {0, 10});
  ASSERT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue[1].start.latest, minutes(120));
}

TEST_F(StartForecastTest, NothingOfItIsSeenInWhatTheCoreDecides) {
  Run("running", 6'000, minutes(60));
  Show("head", 8'000, minutes(60));
  Show("second", 9'000, minutes(30));
  d_->Pass();
  const size_t reservations = d_->reservations();
  StartOf("second");
  EXPECT_EQ(d_->reservations(), reservations);
  EXPECT_THAT(d_->core.CheckInvariants(), ::testing::IsEmpty());
}

TEST_F(StartForecastTest, AGangThatWouldBeSubmittedHasOneToo) {
  Run("running", 6'000, minutes(60));
  Show("head", 8'000, minutes(60));
  d_->Pass();
  std::vector<SimulatedJob> jobs;
  for (const char* name : {"mine", "next"}) {
    SimulatedJob& job = jobs.emplace_back();
    job.Add(Pod(name, 9'000, minutes(30)));
    job.gang->key = CoreDriver::KeyOf(name);
    job.gang->display_name = name;
  }
  const std::vector<SimulatedOutcome> outcomes = d_->core.reader().Simulate(std::move(jobs));
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[0].start.latest, minutes(120));
  EXPECT_EQ(outcomes[1].start.latest, minutes(150));
}

TEST_F(StartForecastTest, OnlyTheFirstGangsAreForeseen) {
  Run("running", 10'000, minutes(60));
  for (int i = 0; i < 70; ++i) Show("g" + std::to_string(i), 10'000, minutes(10));
  d_->Pass();
  EXPECT_EQ(StartOf("g63").latest, minutes(60 + 63 * 10));
  EXPECT_EQ(StartOf("g64").latest, std::nullopt);
}

}  // namespace
}  // namespace tutti::planner
