#include "control/decision_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tutti::control {
namespace {

using State = DecisionFeed::Subscription::State;

class Sink final : public planner::EffectSink {
 public:
  void Execute(model::Effect) override { ++effects; }
  int effects = 0;
};

class DecisionFeedTest : public ::testing::Test {
 protected:
  std::shared_ptr<DecisionFeed::Subscription> Watch(DecisionFilter filter = {}) {
    return feed_.Subscribe(std::move(filter), [this] { ++news_; });
  }
  void Bind(const std::string& ns, const std::string& gang, const std::string& pod) {
    feed_.Execute(model::BindPod{1, {{1, 1}, ns, pod, gang}, "node"});
  }
  void Report(const std::string& ns, const std::string& gang) {
    model::ReportGang report;
    report.key = {ns, "test", gang};
    report.display_name = gang;
    report.reason.code = model::ReasonCode::kWaitingForCapacity;
    feed_.Execute(std::move(report));
  }

  Sink sink_;
  base::SystemClock clock_;
  DecisionFeed feed_{sink_, clock_};
  int news_ = 0;
};

TEST_F(DecisionFeedTest, EveryEffectGoesOnAndDecisionsAreSeen) {
  const auto watcher = Watch();
  Bind("ns", "g", "g-0");
  Report("ns", "g");
  feed_.Execute(model::EvictPod{2, {{1, 1}, "ns", "g-0", "g"}, "because"});
  feed_.Execute(model::NominatePod{3, {{1, 1}, "ns", "g-0", "g"}, ""});
  feed_.Execute(model::AnswerBind{4, ""});
  EXPECT_EQ(sink_.effects, 5);
  EXPECT_EQ(news_, 3) << "a nomination taken back and an answer are no decisions";
  const auto bind = watcher->Take();
  EXPECT_EQ(bind->kind, Decision::Kind::kBind);
  EXPECT_EQ(bind->gang, "g");
  EXPECT_EQ(bind->node, "node");
  EXPECT_GT(bind->unix_nanos, 0);
  EXPECT_EQ(watcher->Take()->reason.code, model::ReasonCode::kWaitingForCapacity);
  EXPECT_EQ(watcher->Take()->detail, "because");
  EXPECT_EQ(watcher->Take(), nullptr);
  EXPECT_EQ(watcher->state(), State::kOpen);
}

TEST_F(DecisionFeedTest, AWatcherSeesWhatItAskedFor) {
  const auto of_namespace = Watch({"ns", "", ""});
  const auto of_gang = Watch({"ns", "g", "test"});
  Bind("elsewhere", "g", "x");
  Bind("ns", "h", "h-0");
  Bind("ns", "g", "g-0");
  EXPECT_EQ(of_namespace->Take()->pod, "h-0");
  EXPECT_EQ(of_gang->Take()->pod, "g-0");
  EXPECT_EQ(of_gang->Take(), nullptr);
}

TEST_F(DecisionFeedTest, WhoFallsTooFarBehindIsEndedAndHarmsNobody) {
  const auto slow = Watch();
  const auto quick = Watch();
  for (size_t i = 0; i <= DecisionFeed::kMostBehind; ++i) {
    Bind("ns", "g", "p");
    ASSERT_NE(quick->Take(), nullptr);
  }
  EXPECT_EQ(slow->state(), State::kLagged);
  EXPECT_EQ(slow->Take(), nullptr);
  EXPECT_EQ(quick->state(), State::kOpen);
}

TEST_F(DecisionFeedTest, WatchersAreLimitedAndEndWithTheFeed) {
  std::vector<std::shared_ptr<DecisionFeed::Subscription>> watchers;
  for (size_t i = 0; i < DecisionFeed::kMostWatchers; ++i) watchers.push_back(Watch());
  EXPECT_EQ(Watch(), nullptr);
  feed_.Unsubscribe(watchers.back());
  watchers.pop_back();
  EXPECT_NE(Watch(), nullptr);
  EXPECT_EQ(feed_.watchers(), DecisionFeed::kMostWatchers);
  Bind("ns", "g", "last");
  feed_.Close();
  EXPECT_EQ(watchers[0]->state(), State::kClosed);
  EXPECT_EQ(watchers[0]->Take()->pod, "last") << "what was decided before is still to be had";
  for (const auto& watcher : watchers) feed_.Unsubscribe(watcher);
  EXPECT_EQ(Watch(), nullptr);
}

}  // namespace
}  // namespace tutti::control
