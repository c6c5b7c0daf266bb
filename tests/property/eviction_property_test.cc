// Random worlds in which gangs preempt each other, and queues take back what they are guaranteed:
// evictions come to an end, whatever fails and dies, and the queues' books are right after every
// moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_format.h"
#include "planner/core_checkpoint.h"
#include "tests/support/core_world.h"
#include "tests/support/queue_args.h"
#include "tests/support/world_plugins.h"

namespace tutti::testing {
namespace {

using ::testing::IsEmpty;

// CPU by queue, as a process has it in its state.
using Books = std::map<std::string, int64_t>;

enum class By { kQueues, kPriorities, kBoth };

class Story {
 public:
  Story(uint64_t seed, By by) : random_(seed * 15'485'863), kills_(seed % 2 == 0), by_(by) {
    MakeTree();
    WorldOptions options;
    options.seed = seed;
    options.webhook = Below(2) == 0;
    options.write_failure = Below(2) == 0 ? 0.3 : 0;
    options.lost_reply = Below(2) == 0 ? 0.3 : 0;
    options.watch_lag = Below(2) == 0 ? 0.6 : 0;
    options.check_every = 8;
    options.plugins = [this] { return NewProcess(); };
    world = std::make_unique<CoreWorld>(options);
    const int64_t nodes = 2 + Below(3);
    for (int64_t n = 0; n < nodes; ++n) world->AddNode(absl::StrFormat("node-%d", n), 4000);
    for (int64_t g = 0, gangs = 8 + Below(10); g < gangs; ++g) {
      // At first one queue borrows what there is.
      const int64_t leaf = g < gangs / 2 ? 0 : Below(std::ssize(parents_));
      CreateGang(absl::StrFormat("g%d", g), std::next(parents_.begin(), leaf)->first);
      if (Below(6) == 0) world->DeleteGang(absl::StrFormat("g%d", Below(g + 1)));
      if (kills_ && Below(5) == 0) Restart();
      Live(Below(40));
    }
  }

  // So many ticks; the books are compared after each.
  void Live(int64_t ticks) {
    for (int64_t t = 0; t < ticks; ++t) {
      world->Pass(std::chrono::milliseconds(100));
      Compare();
    }
  }
  void Restart() {
    world->RestartCore(Below(2) == 0 ? CoreWorld::Sent::kLost : CoreWorld::Sent::kArrivesLate);
    Compare();
  }
  size_t evictions() const { return world->CountLogged("evict "); }
  int64_t Counted(const std::string& queue) const {
    const QueueSelectPlugin& point = *processes_.back()->profile->queue_selects().front().point;
    for (uint32_t q = 0; q < point.queues(); ++q) {
      const QueueDescription description = point.Describe(QueueId(q));
      if (description.name != queue) continue;
      for (const QueueAmount& amount : description.amounts)
        if (amount.resource == kCpu) return amount.used;
    }
    return 0;
  }

  std::vector<std::string> broken;
  int64_t compared = 0;  // CPU, summed up over all that was compared

 private:
  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }

  void MakeTree() {
    for (int64_t t = 0, tops = 2 + Below(2); t < tops; ++t) {
      const std::string top = absl::StrFormat("top%d", t);
      tree_.Queue(top).Guaranteed("cpu", "4");
      for (int64_t l = 0, leaves = 1 + Below(3); l < leaves; ++l) {
        const std::string leaf = absl::StrFormat("leaf%d-%d", t, l);
        tree_.Queue(leaf, top);
        parents_[leaf] = top;
        if (Below(3) > 0) tree_.Guaranteed("cpu", "1");
        if (Below(5) == 0) tree_.Integer("maxRunningGangs", 2);
      }
    }
  }
  framework::Plugins NewProcess() {
    processes_.push_back(std::make_unique<WorldPlugins>());
    if (by_ != By::kPriorities)
      AddBuiltin(*processes_.back(), "HierarchicalQueues", tree_.entries());
    if (by_ != By::kQueues) AddBuiltin(*processes_.back(), "GangPreemption");
    return processes_.back()->Start();
  }
  void CreateGang(const std::string& gang, const std::string& leaf) {
    const int64_t members = 1 + Below(4);
    queue_of_[gang] = leaf;
    PodSpec spec;
    spec.gang = gang;
    spec.queue = leaf;
    spec.min_member = static_cast<int>(members);
    spec.has_controller = true;  // whoever is evicted comes again
    spec.shape.requests = {{model::kCpu, 500 * (1 + Below(3))}};
    spec.shape.priority = static_cast<int32_t>(Below(3));
    for (int64_t m = 0; m < members; ++m) {
      spec.name = absl::StrFormat("%s-%d", gang, m);
      world->CreatePod(spec);
      for (int64_t s = Below(3); s > 0; --s) world->Step();
    }
  }

  // What pods that are bound hold and what others are promised.
  Books Held() const {
    const planner::CoreCheckpoint state = world->core().Save();
    std::map<uint64_t, std::string> queues;
    for (const planner::Gang& gang : state.gangs)
      queues[gang.arrival] = queue_of_.at(gang.key.identity);
    Books held;
    for (const planner::CoreCheckpoint::Pod& pod : state.pods)
      if (pod.charged && pod.gang != 0) held[queues.at(pod.gang)] += pod.info.charge->Get(kCpu);
    const auto promised = [&](const planner::ReservationLedger::Reservation& reservation) {
      if (reservation.announced)
        held[queues.at(reservation.gang)] += reservation.shape->requests.Get(kCpu);
    };
    for (const auto& [id, reservation] : state.reservations) promised(reservation);
    for (const auto& reservation : state.given_back) promised(reservation);
    return held;
  }
  void Compare() {
    if (by_ == By::kPriorities) return;
    Books held = Held();
    for (const auto& [leaf, top] : parents_) held[top] += held[leaf];
    for (const auto& [queue, cpu] : held) {
      const int64_t counted = Counted(queue);
      if (counted != cpu)
        broken.push_back(absl::StrFormat("%s says %d, its pods hold %d", queue, counted, cpu));
      compared += cpu;
    }
  }

  std::mt19937_64 random_;
  const bool kills_;
  const By by_;
  QueueArgs tree_;
  std::map<std::string, std::string> parents_;   // of each leaf
  std::map<std::string, std::string> queue_of_;  // each gang's
  std::vector<std::unique_ptr<WorldPlugins>> processes_;

 public:
  std::unique_ptr<CoreWorld> world;

  std::vector<std::string> Broken() const {
    std::vector<std::string> all = broken;
    all.insert(all.end(), world->broken().begin(), world->broken().end());
    for (const auto& process : processes_)
      all.insert(all.end(), process->failures.begin(), process->failures.end());
    return all;
  }
};

// Ops bugs 21 and 27: what a queue is said to hold is the sum of its pods, at every moment: while
// they are placed, bound, evicted with replies that get lost, and after every restart.
TEST(EvictionPropertyTest, Bug27Bug21WhatAQueueHoldsIsTheSumOfItsPodsAtEveryMoment) {
  int64_t compared = 0;
  size_t evictions = 0;
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    Story story(seed, seed % 3 == 0 ? By::kBoth : By::kQueues);
    story.Live(200);
    ASSERT_THAT(story.Broken(), IsEmpty()) << "seed " << seed << "\n" << story.world->log();
    compared += story.compared;
    evictions += story.evictions();
  }
  EXPECT_GT(compared, 10'000'000) << "stories in which nothing runs prove nothing";
  EXPECT_GT(evictions, 100u);
}

// Ops bug 24: evictions that fail, are delayed and come one by one end where nothing new comes, and
// what was evicted and made anew evicts nobody in its turn.
class EvictionsEndTest : public ::testing::TestWithParam<By> {};

INSTANTIATE_TEST_SUITE_P(By, EvictionsEndTest, ::testing::Values(By::kQueues, By::kPriorities),
                         [](const auto& by) {
                           return by.param == By::kQueues ? "Queues" : "Priorities";
                         });

TEST_P(EvictionsEndTest, Bug24EvictionsComeToAnEnd) {
  size_t evictions = 0;
  for (uint64_t seed = 100; seed <= 130; ++seed) {
    Story story(seed, GetParam());
    story.world->Calm();
    story.world->Pass(std::chrono::seconds(60));
    const size_t before = story.evictions();
    story.world->Pass(std::chrono::seconds(400));  // longer than any pause of those that back off
    EXPECT_EQ(story.evictions(), before) << "seed " << seed << "\n" << story.world->log();
    ASSERT_THAT(story.Broken(), IsEmpty()) << "seed " << seed << "\n" << story.world->log();
    evictions += before;
  }
  EXPECT_GT(evictions, 8u) << "or there was nothing that could end";
}

}  // namespace
}  // namespace tutti::testing
