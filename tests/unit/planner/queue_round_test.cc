// Rounds over queues whose plugin fails: who is tried, and when it is asked again.
#include "planner/queue_round.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/core_driver.h"
#include "tests/support/plugin_world.h"

namespace tutti::planner {
namespace {

using framework::OnError;
using model::PodInfo;
using testing::CoreDriver;
using ::testing::HasSubstr;

// Two queues, by name; fails where the test says so.
class Fickle final : public QueueSelectPlugin {
 public:
  struct Faults {
    bool round = false;
    bool queue_of = false;
    int rounds = 0;
    std::vector<size_t> asked_at_once;
    uint64_t skips_below = 0;  // gangs that arrived before it
  };
  explicit Fickle(Faults& faults) : faults_(faults) {}

  std::size_t queues() const override { return 3; }
  QueueId QueueOf(const GangView& gang) const override {
    if (faults_.queue_of) throw std::runtime_error("nobody is there");
    return QueueId(gang.queue == "a" ? 1 : 2);
  }
  void BeginRound(std::span<const QueueId> waiting) override {
    ++faults_.rounds;
    if (faults_.round) throw std::runtime_error("nobody is there");
    round_.assign(waiting.begin(), waiting.end());
    std::erase(round_, QueueId(0));
  }
  std::optional<QueueId> NextQueue() override {
    return round_.empty() ? std::nullopt : std::optional(round_.front());
  }
  std::size_t CountSkipped(QueueId, std::span<const uint64_t> arrivals) const override {
    faults_.asked_at_once.push_back(arrivals.size());
    size_t skipped = 0;
    while (skipped < arrivals.size() && arrivals[skipped] < faults_.skips_below) ++skipped;
    return skipped;
  }
  bool Served(QueueId queue, const GangView*, QueueOutcome, bool more) override {
    if (!more) std::erase(round_, queue);
    return more;
  }
  QueueDescription Describe(QueueId queue) const override {
    QueueDescription description;
    description.name = std::to_string(queue.value);
    return description;
  }

 private:
  Faults& faults_;
  std::vector<QueueId> round_;
};

class QueueRoundTest : public ::testing::Test {
 protected:
  CoreDriver& Start(OnError on_error = OnError::kDefault) {
    w_.AddMade(
        "Fickle", [this] { return std::make_unique<Fickle>(faults_); }, 1, on_error);
    d_ = std::make_unique<CoreDriver>(CoreOptions{}, w_.Plugins());
    d_->AddNode("n", 8000);
    return *d_;
  }
  PodInfo Gang(const std::string& name, const std::string& queue, int64_t cpu = 1000) {
    PodInfo pod = d_->NewPod(name + "-0", name, 1, CoreDriver::Shape(cpu));
    pod.gang->queue = queue;
    d_->Show(pod);
    return pod;
  }
  bool Placed(const PodInfo& pod) { return !d_->PlacedOn(pod).empty(); }

  Fickle::Faults faults_;
  testing::PluginWorld w_;
  std::unique_ptr<CoreDriver> d_;
};

TEST_F(QueueRoundTest, WhereAPluginFailsNobodyIsTriedUntilItIsAskedAgain) {
  CoreDriver& d = Start();
  faults_.round = true;
  const PodInfo pod = Gang("g", "a");
  d.Pass();
  EXPECT_FALSE(Placed(pod));
  EXPECT_THAT(w_.failures.front(), HasSubstr("Fickle QueueSelect: QueueSelect threw: nobody"));
  faults_.round = false;
  const int rounds = faults_.rounds;
  d.Pass(std::chrono::milliseconds(900));
  EXPECT_EQ(faults_.rounds, rounds) << "it is given time to come back";
  d.Pass(std::chrono::milliseconds(200));
  EXPECT_TRUE(Placed(pod)) << "without any event";
}

TEST_F(QueueRoundTest, WithOnErrorSkipQueuesTakeTurns) {
  CoreDriver& d = Start(OnError::kSkip);
  faults_.round = true;
  const std::vector<PodInfo> a = {Gang("a1", "a", 3000), Gang("a2", "a", 3000)};
  const std::vector<PodInfo> b = {Gang("b1", "b", 3000), Gang("b2", "b", 3000)};
  d.Pass();
  EXPECT_TRUE(Placed(a[0]));
  EXPECT_TRUE(Placed(b[0])) << "one gang of each queue before the second of any";
  EXPECT_FALSE(Placed(a[1]));
  EXPECT_FALSE(Placed(b[1]));
}

TEST_F(QueueRoundTest, AGangWhoseQueueCouldNotBeAskedIsAskedAboutAgain) {
  CoreDriver& d = Start();
  faults_.queue_of = faults_.round = true;
  const PodInfo pod = Gang("g", "a");
  d.Pass();
  EXPECT_FALSE(Placed(pod));
  faults_.queue_of = faults_.round = false;
  d.Pass(std::chrono::seconds(2));
  EXPECT_TRUE(Placed(pod));
}

TEST_F(QueueRoundTest, GangsToBePassedOverAreAskedAboutInRows) {
  CoreDriver& d = Start();
  constexpr size_t kGangs = 300;
  for (size_t i = 0; i < kGangs; ++i) Gang("full-" + std::to_string(i), "a", 9000);
  d.Pass();
  faults_.asked_at_once.clear();
  faults_.skips_below = kGangs + 1;
  const PodInfo last = Gang("last", "a");
  d.Pass();
  EXPECT_TRUE(Placed(last));
  ASSERT_FALSE(faults_.asked_at_once.empty());
  EXPECT_EQ(faults_.asked_at_once.front(), 1u) << "most of the time the first one will do";
  EXPECT_LT(faults_.asked_at_once.size(), 20u);
}

}  // namespace
}  // namespace tutti::planner
