// Gangs that run for longer than their queue lets them: evicted whole, once, and what comes after.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_format.h"
#include "tests/unit/planner/core_queue_bed.h"

namespace tutti::planner {
namespace {

using model::PodInfo;
using std::chrono::hours;
using std::chrono::minutes;
using testing::CoreDriver;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::QueueArgs;

class CoreQueueRunTimesTest : public CoreQueueBed {
 protected:
  static QueueArgs Bounded(const std::string& action = "Evict") {
    return QueueArgs()
        .Queue("q")
        .String("maxRunTime", "2h")
        .String("maxRunTimeAction", action)
        .Queue("free");
  }
  void StartWith(const QueueArgs& args) {
    Start(args);
    for (int i = 0; i < 8; ++i) d_->AddNode(absl::StrFormat("n-%d", i), 1000);
  }
  std::vector<PodInfo> Gang(const std::string& name, int members, const std::string& queue = "q",
                            base::Duration declared = {}) {
    std::vector<PodInfo> pods;
    for (int i = 0; i < members; ++i) {
      pods.push_back(
          d_->NewPod(absl::StrFormat("%s-%d", name, i), name, members, CoreDriver::Shape(1000)));
      pods.back().gang->queue = queue;
      pods.back().expected_duration = declared;
      d_->Show(pods.back());
    }
    d_->Pass();
    return pods;
  }
  void Run(std::vector<PodInfo>& pods) {
    for (PodInfo& pod : pods) {
      pod.node_name = d_->PlacedOn(pod);
      EXPECT_NE(pod.node_name, "") << pod.name;
      pod.phase = model::PodPhase::kRunning;
      d_->Show(pod);
    }
    d_->Pass();
    d_->Take<model::ReportGang>();
  }
  std::vector<std::string> Evicted() {
    std::vector<std::string> names;
    for (const model::EvictPod& evict : d_->Take<model::EvictPod>()) {
      names.push_back(evict.pod.name);
      writes_.push_back(evict.write);
    }
    std::sort(names.begin(), names.end());
    return names;
  }

  std::vector<uint64_t> writes_;
};

TEST_F(CoreQueueRunTimesTest, AGangIsEvictedWholeWhenItsTimeIsOver) {
  StartWith(Bounded());
  auto pods = Gang("g", 3);
  Run(pods);
  auto others = Gang("others", 2, "free");
  Run(others);
  d_->Pass(hours(2) - minutes(1));
  EXPECT_THAT(Evicted(), IsEmpty());
  EXPECT_LE(d_->core.NextDeadline() - d_->now, minutes(1));
  d_->Pass(minutes(1));
  EXPECT_THAT(Evicted(), ElementsAre("g-0", "g-1", "g-2"));
  const model::ReportGang report = Why("g");
  EXPECT_EQ(CodeName(report.reason), "MaxRunTimeExceeded");
  EXPECT_THAT(report.detail, HasSubstr("it has run for 2h"));
  d_->Pass();
  EXPECT_GT(d_->core.NextDeadline(), d_->now) << "nothing is done over and over";
  End(pods);
  d_->Pass(hours(48));
  EXPECT_THAT(Evicted(), IsEmpty()) << "the others may run for as long as they like";
}

TEST_F(CoreQueueRunTimesTest, ByDefaultNothingThatRunsIsEnded) {
  StartWith(Bounded("None"));
  auto pods = Gang("g", 2, "q", hours(1));
  Run(pods);
  d_->Pass(hours(48));
  EXPECT_THAT(Evicted(), IsEmpty());
}

TEST_F(CoreQueueRunTimesTest, WhereTheQueueSaysSoWhatAGangDeclaresCounts) {
  StartWith(Bounded("EvictDeclared"));
  auto pods = Gang("g", 2, "q", hours(1));
  Run(pods);
  d_->Pass(hours(1));
  EXPECT_THAT(Evicted(), ElementsAre("g-0", "g-1"));
}

TEST_F(CoreQueueRunTimesTest, MembersThatComeLaterGainNoTime) {
  StartWith(Bounded());
  auto pods = Gang("g", 2);
  Run(pods);
  d_->Pass(hours(1));
  std::vector<PodInfo> late = {d_->NewPod("g-late", "g", 2, CoreDriver::Shape(1000))};
  late[0].gang->queue = "q";
  d_->Show(late[0]);
  d_->Pass();
  Run(late);
  d_->Pass(hours(1));
  EXPECT_THAT(Evicted(), ElementsAre("g-0", "g-1", "g-late"));
}

TEST_F(CoreQueueRunTimesTest, WhatWasRefusedIsEvictedAgainAndNobodyTakesItsPlaceBefore) {
  StartWith(Bounded());
  auto pods = Gang("g", 2);
  Run(pods);
  d_->Pass(hours(2));
  ASSERT_THAT(Evicted(), ElementsAre("g-0", "g-1"));
  d_->Finish(writes_[0], model::WriteOutcome::kDone);
  d_->Finish(writes_[1], model::WriteOutcome::kFailed);  // a disruption budget
  pods[0].deleting = true;
  d_->Show(pods[0]);
  PodInfo next = d_->NewPod("g-next", "g", 2, CoreDriver::Shape(1000));
  next.gang->queue = "q";
  d_->Show(next);
  d_->Pass(minutes(30));
  EXPECT_EQ(d_->PlacedOn(next), "") << "beside a member of which the time is over";
  d_->Pass(minutes(30));
  EXPECT_THAT(Evicted(), ElementsAre("g-1"));
  EXPECT_EQ(CodeName(Why("g").reason), "MaxRunTimeExceeded");
}

// As a Job's controller makes its pods anew.
TEST_F(CoreQueueRunTimesTest, WhoComesAfterItStartsAsAWholeAndHasAllItsTime) {
  StartWith(Bounded());
  auto pods = Gang("g", 2);
  Run(pods);
  d_->Pass(hours(2));
  ASSERT_THAT(Evicted(), ElementsAre("g-0", "g-1"));
  std::vector<PodInfo> next;
  for (const char* name : {"g-next-0", "g-next-1"}) {
    next.push_back(d_->NewPod(name, "g", 2, CoreDriver::Shape(1000)));
    next.back().gang->queue = "q";
    d_->Show(next.back());
    d_->Pass(hours(1));
    EXPECT_EQ(d_->PlacedOn(next[0]), "");
  }
  End(pods);
  d_->Pass(hours(1));
  EXPECT_TRUE(Placed(next));
  Evicted();
  Run(next);
  d_->Pass(minutes(119));
  EXPECT_THAT(Evicted(), IsEmpty());
  d_->Pass(minutes(1));
  EXPECT_THAT(Evicted(), ElementsAre("g-next-0", "g-next-1"));
}

TEST_F(CoreQueueRunTimesTest, AStandbyEvictsNobodyAndWhoeverLeadsNextDoes) {
  StartWith(Bounded());
  auto pods = Gang("g", 2);
  Run(pods);
  d_->Apply(model::LeadershipChanged{false});
  d_->Pass(hours(2));
  EXPECT_THAT(Evicted(), IsEmpty());
  EXPECT_GT(d_->core.NextDeadline(), d_->now) << "nor does it wake for nothing";
  d_->Apply(model::LeadershipChanged{true});
  d_->Pass();
  EXPECT_THAT(Evicted(), ElementsAre("g-0", "g-1"));
}

TEST_F(CoreQueueRunTimesTest, ATimeThatIsChangedIsHeededForWhatRuns) {
  StartWith(QueueArgs());
  const auto set = [&](const std::vector<std::pair<std::string, std::string>>& spec) {
    model::WatchedObjectUpserted object{{"queues", "", "q"}, {}};
    for (const auto& [pointer, text] : spec)
      object.spec.entries.push_back({pointer, ConfigKind::kString, text, "q"});
    d_->Apply(std::move(object));
    d_->Pass();
  };
  set({});
  auto pods = Gang("g", 2);
  Run(pods);
  set({{"/maxRunTime", "2h"}, {"/maxRunTimeAction", "Evict"}});
  d_->Pass(hours(1));
  set({{"/maxRunTime", "4h"}, {"/maxRunTimeAction", "Evict"}});
  d_->Pass(hours(2));
  EXPECT_THAT(Evicted(), IsEmpty());
  set({});
  d_->Pass(hours(48));
  EXPECT_THAT(Evicted(), IsEmpty());
}

}  // namespace
}  // namespace tutti::planner
