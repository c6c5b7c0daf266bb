// The thread around the core: every question is answered once, whatever happens.
#include "planner/core_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "planner/core_checkpoint.h"
#include "tests/unit/kube/test_clock.h"

namespace tutti::planner {
namespace {

using std::chrono::seconds;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RecordingSink final : public EffectSink {
 public:
  explicit RecordingSink(CoreLoop& loop) : loop_(loop) {}
  void Execute(model::Effect effect) override {
    // What the effect tells the world of must be there for whoever reads now.
    const auto* nominate = std::get_if<model::NominatePod>(&effect);
    if (nominate == nullptr) return;
    const auto snapshot = loop_.Snapshot();
    const model::PodVerdict* verdict = snapshot->verdicts.Find(nominate->pod.uid);
    visible.push_back(verdict != nullptr && verdict->node.valid());
  }
  std::vector<bool> visible;  // of the loop's thread; the test reads it in Inspect

 private:
  CoreLoop& loop_;
};

model::PodInfo Pod(uint64_t uid, const std::string& gang = "") {
  model::PodShape shape;
  shape.requests = {{model::kCpu, 100}, {model::kPods, 1}};
  model::PodInfo pod;
  pod.uid = {1, uid};
  pod.name = "pod-" + std::to_string(uid);
  pod.namespace_name = "default";
  pod.shape = std::make_shared<const model::PodShape>(shape);
  pod.charge = std::make_shared<const model::ResourceList>(shape.requests);
  if (gang.empty()) return pod;
  pod.gang.emplace().key = {"default", "test", gang};
  pod.gang->spec.emplace().min_member = 1;
  return pod;
}

class CoreLoopTest : public ::testing::Test {
 protected:
  ~CoreLoopTest() override { loop_.Stop(); }

  void StartReady(DecisionRecorder* recorder = nullptr) {
    loop_.Start(sink_, recorder);
    model::NodeInfo node;
    node.name = "a";
    node.allocatable = {{model::kCpu, 4000}, {model::kPods, 110}};
    loop_.Post(model::NodeUpserted{std::move(node)});
    loop_.Post(model::CachesSynced{});
    loop_.Post(model::LeadershipChanged{true});
    Flush();
  }
  // Everything posted before has been done.
  void Flush() {
    loop_.Inspect([](const Core&) {});
  }
  static framework::CorePort::BindRequest BindOf(uint64_t uid) {
    return {{1, uid}, "default", "pod-" + std::to_string(uid), "a"};
  }
  // Binds until the mailbox is full; the answers so far.
  std::vector<std::string>& FillMailbox() {
    for (uint64_t i = 1; answers_.empty() && i < 10'000'000; ++i)
      loop_.Bind(BindOf(i), [this](std::string error) { answers_.push_back(std::move(error)); });
    return answers_;
  }

  base::Interner labels_;
  kube::TestClock clock_;
  std::vector<std::string> answers_;
  CoreLoop loop_{CoreOptions(), labels_, clock_};
  RecordingSink sink_{loop_};
};

// Decides everything that it hears of again.
class Shadow final : public DecisionRecorder {
 public:
  explicit Shadow(const base::Interner& labels) : labels_(labels) {}
  bool WantsCheckpoint() const override { return core_ == nullptr || batches % 3 == 0; }
  void OnCheckpoint(CoreCheckpoint checkpoint) override {
    core_ = std::make_unique<Core>(CoreOptions(), labels_);
    restored = core_->Restore(std::move(checkpoint));
  }
  void OnBatch(RecordedBatch batch) override {
    ++batches;
    ends_with_time = std::holds_alternative<model::TimePassed>(batch.steps.back().event);
    for (RecordedStep& step : batch.steps) {
      const model::Effects effects = core_->Apply(batch.now, std::move(step.event));
      decided += effects.size();
      same = same && effects.size() == step.effects.size();
    }
    same = same && core_->Publish()->generation == batch.generation;
  }
  void OnFilter(const framework::CorePort::FilterAnswer&) override { ++answers; }
  void OnScore(const framework::CorePort::ScoreAnswer&) override { ++answers; }

  absl::Status restored;
  int batches = 0;
  size_t decided = 0;
  int answers = 0;
  bool same = true;
  bool ends_with_time = false;

 private:
  const base::Interner& labels_;
  std::unique_ptr<Core> core_;
};

TEST_F(CoreLoopTest, ARecorderHearsEnoughToDecideAgain) {
  Shadow shadow(labels_);
  StartReady(&shadow);
  loop_.Post(model::PodUpserted{Pod(1, "gang")});
  Flush();
  loop_.Post(model::PodUpserted{Pod(2, "other")});
  Flush();
  loop_.ReportFilter({});
  loop_.Stop();
  EXPECT_TRUE(shadow.restored.ok()) << shadow.restored;
  EXPECT_TRUE(shadow.same);
  EXPECT_TRUE(shadow.ends_with_time);
  EXPECT_GE(shadow.decided, 2u) << "both gangs are placed";
  EXPECT_EQ(shadow.answers, 1);
}

TEST_F(CoreLoopTest, ReadersSeeThePlanBeforeTheWorldHearsOfIt) {
  StartReady();
  EXPECT_TRUE(loop_.Snapshot()->ready);
  for (uint64_t uid = 1; uid <= 20; ++uid)
    loop_.Post(model::PodUpserted{Pod(uid, "gang-" + std::to_string(uid))});
  Flush();
  EXPECT_EQ(sink_.visible.size(), 20u);
  EXPECT_THAT(sink_.visible, Each(true));
}

TEST_F(CoreLoopTest, InspectSeesWhatWasPostedBeforeIt) {
  StartReady();
  loop_.Post(model::PodUpserted{Pod(1)});
  size_t pods = 0;
  loop_.Inspect([&](const Core& core) { pods = core.Count().pods; });
  EXPECT_EQ(pods, 1u);
}

TEST_F(CoreLoopTest, AFullMailboxAnswersAtOnceAndForgetsNobody) {
  EXPECT_THAT(FillMailbox(), ElementsAre("tutti/NotReady: overloaded"));
  int admitted = 0;
  loop_.Admit(Pod(1, "g"), false, [&](model::AnswerAdmission answer) {
    ++admitted;
    EXPECT_FALSE(answer.gate) << "unplanned: the extender takes care of it";
    EXPECT_THAT(answer.pins, IsEmpty());
  });
  EXPECT_EQ(admitted, 1);
  const uint64_t asked = loop_.Bind(BindOf(1), [](const std::string&) {});
  loop_.Start(sink_);
  Flush();
  EXPECT_EQ(answers_.size(), asked - 2) << "tickets count from 1; one admission, one other bind";
  answers_.erase(answers_.begin());
  EXPECT_THAT(answers_, Each(HasSubstr("tutti/NotReady")));
}

TEST_F(CoreLoopTest, AWatchIsSlowedDownWhileTheMailboxIsFull) {
  FillMailbox();
  std::atomic<bool> posted = false;
  std::jthread watch([&] {
    EXPECT_TRUE(loop_.Post(model::PodUpserted{Pod(1)}));
    posted = true;
  });
  EXPECT_FALSE(posted);
  loop_.Start(sink_);
  watch.join();
  size_t pods = 0;
  loop_.Inspect([&](const Core& core) { pods = core.Count().pods; });
  EXPECT_EQ(pods, 1u);
}

TEST_F(CoreLoopTest, ABindThatWaitsIsAnsweredByTheClock) {
  StartReady();
  loop_.Bind(BindOf(7), [this](std::string error) { answers_.push_back(std::move(error)); });
  Flush();
  EXPECT_THAT(answers_, IsEmpty());
  clock_.Advance(seconds(4));
  Flush();
  EXPECT_THAT(answers_, ElementsAre(HasSubstr("tutti/NotYetSeen")));
}

TEST_F(CoreLoopTest, AnAbandonedBindIsAnsweredToo) {
  StartReady();
  const uint64_t ticket =
      loop_.Bind(BindOf(7), [this](std::string error) { answers_.push_back(std::move(error)); });
  loop_.AbandonBind(ticket);
  Flush();
  EXPECT_THAT(answers_, ElementsAre("tutti/BindFailed: abandoned"));
}

TEST_F(CoreLoopTest, StopAnswersEverythingAndNothingIsTakenAfterIt) {
  StartReady();
  const auto record = [this](std::string error) { answers_.push_back(std::move(error)); };
  loop_.Bind(BindOf(7), record);
  Flush();
  loop_.Stop();
  EXPECT_THAT(answers_, ElementsAre("tutti/NotReady: shutting down"));
  EXPECT_FALSE(loop_.Post(model::PodUpserted{Pod(1)}));
  loop_.Bind(BindOf(8), record);
  EXPECT_EQ(answers_.size(), 2u);
  int admitted = 0;
  loop_.Admit(Pod(1, "g"), false, [&](const model::AnswerAdmission&) { ++admitted; });
  EXPECT_EQ(admitted, 1);
  bool inspected = false;
  loop_.Inspect([&](const Core&) { inspected = true; });
  EXPECT_FALSE(inspected);
}

TEST_F(CoreLoopTest, WhatIsAskedBeforeTheStartIsAnsweredByAStopWithoutOne) {
  loop_.Bind(BindOf(1), [this](std::string error) { answers_.push_back(std::move(error)); });
  loop_.Stop();
  EXPECT_THAT(answers_, ElementsAre("tutti/NotReady: shutting down"));
}

// Run under ThreadSanitizer, too.
TEST_F(CoreLoopTest, ManyThreadsAskWhileItStopsAndEachIsAnsweredOnce) {
  StartReady();
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  std::vector<std::atomic<int>> answered(2 * kThreads * kEach);
  {
    std::vector<std::jthread> askers;
    for (int t = 0; t < kThreads; ++t) {
      askers.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          const size_t slot = static_cast<size_t>(2 * (t * kEach + i));
          const uint64_t uid = slot + 1;
          loop_.Post(model::PodUpserted{Pod(uid, uid % 3 == 0 ? "" : "gang")});
          const uint64_t ticket =
              loop_.Bind(BindOf(uid), [&answered, slot](const std::string&) { ++answered[slot]; });
          loop_.Admit(Pod(uid, "gang"), i % 2 == 0,
                      [&answered, slot](const model::AnswerAdmission&) { ++answered[slot + 1]; });
          if (i % 5 == 0) loop_.AbandonBind(ticket);
          if (i % 7 == 0) loop_.ReportNotOffered({1, uid}, "a");
          EXPECT_NE(loop_.Snapshot(), nullptr);
        }
      });
    }
    askers[0].join();
    loop_.Stop();
  }
  int once = 0;
  for (const std::atomic<int>& count : answered) once += count == 1 ? 1 : 0;
  EXPECT_EQ(once, 2 * kThreads * kEach);
}

TEST(CoreLoopReportTest, EveryBatchIsReportedWithWhatItCost) {
  base::Interner labels;
  kube::TestClock clock;
  size_t events = 0;
  size_t counted = 0;
  CoreLoop loop(CoreOptions(), labels, clock, [&](const BatchReport& report) {
    events += report.events;
    counted += report.with_counts ? 1 : 0;
  });
  RecordingSink sink(loop);
  for (uint64_t uid = 1; uid <= 10; ++uid) loop.Post(model::PodUpserted{Pod(uid)});
  loop.Start(sink);
  loop.Inspect([](const Core&) {});
  loop.Stop();
  EXPECT_EQ(events, 11u) << "ten pods and the inspection";
  EXPECT_GE(counted, 1u);
}

}  // namespace
}  // namespace tutti::planner
