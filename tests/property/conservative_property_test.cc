// Conservative backfill keeps its word: no gang starts later than it was first told, as long as
// nothing runs longer than it says and nobody comes who goes first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "planner/core_reader.h"
#include "tests/support/core_driver.h"

namespace tutti::testing {
namespace {

using base::Duration;
using base::Timestamp;
using ::testing::IsEmpty;

constexpr model::ResourceId kGpu{4};

struct Job {
  std::string name;
  Timestamp submit;
  std::vector<model::PodInfo> pods;
  Duration run{0};
};

struct Kind {
  int nodes;
  bool several_resources;
  bool exact;  // they run as long as they say; otherwise for a third of it at least
};

// Gangs of alike pods come one after the other, run, and end.
class Workload {
 public:
  Workload(uint64_t seed, Kind kind) : kind_(kind), random_(seed), driver_(Options()) {
    for (int i = 0; i < kind_.nodes; ++i) {
      model::NodeInfo node;
      node.name = absl::StrFormat("n%d", i);
      node.allocatable = {{model::kCpu, 8'000}, {model::kPods, 110}};
      if (kind_.several_resources) node.allocatable.Set(kGpu, i % 3 == 0 ? 0 : 4);
      driver_.Apply(model::NodeUpserted{std::move(node)});
    }
    Timestamp at = driver_.now;
    for (int i = 0; i < 40; ++i) {
      at = at + std::chrono::minutes(Below(4) == 0 ? 0 : Below(12));
      jobs_.push_back(RandomJob(i, at));
    }
  }

  void Run() {
    size_t next = 0;
    while (next < jobs_.size() || !ends_.empty() || !waiting_.empty()) {
      Timestamp now = driver_.core.NextDeadline();
      if (next < jobs_.size()) now = std::min(now, jobs_[next].submit);
      if (!ends_.empty()) now = std::min(now, ends_.begin()->first);
      ASSERT_NE(now, Timestamp::Infinite()) << waiting_.size() << " gangs wait for ever";
      driver_.now = std::max(now, driver_.now);
      for (; !ends_.empty() && ends_.begin()->first <= driver_.now; ends_.erase(ends_.begin()))
        End(*ends_.begin()->second);
      for (; next < jobs_.size() && jobs_[next].submit <= driver_.now; ++next) {
        waiting_.push_back(&jobs_[next]);
        for (const model::PodInfo& pod : jobs_[next].pods) driver_.Show(pod);
      }
      Settle();
      ASSERT_LT(++moments_, 5000) << "it does not come to an end";
    }
    EXPECT_THAT(driver_.broken, IsEmpty());
    EXPECT_GT(waited_, 5) << "the workload proves nothing";
  }

 private:
  static planner::CoreOptions Options() {
    planner::CoreOptions options;
    options.backfill = planner::Backfill::kConservative;
    return options;
  }
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }

  Job RandomJob(int number, Timestamp submit) {
    Job job;
    job.name = absl::StrFormat("g%d", number);
    job.submit = submit;
    const Duration says = std::chrono::minutes(5 * (1 + Below(20)));
    job.run = kind_.exact ? says : says / 3 + std::chrono::minutes(Below(5));
    job.run = std::min(job.run, says);
    model::PodShape shape;
    shape.requests = {{model::kCpu, 1'000 * (1 + Below(8))}, {model::kPods, 1}};
    if (kind_.several_resources && Below(2) == 0) shape.requests.Set(kGpu, 1 + Below(4));
    const auto shared = std::make_shared<const model::PodShape>(std::move(shape));
    const int members = 1 + Below(kind_.nodes);
    for (int i = 0; i < members; ++i) {
      job.pods.push_back(
          driver_.NewPod(absl::StrFormat("%s-%d", job.name, i), job.name, members, shared));
      job.pods.back().expected_duration = says;
    }
    return job;
  }

  // Whoever has its place runs at once; whoever waits is told its start.
  void Settle() {
    for (bool more = true; more;) {
      driver_.Pass();
      const auto placed = std::stable_partition(
          waiting_.begin(), waiting_.end(),
          [&](const Job* job) { return driver_.PlacedOn(job->pods.front()).empty(); });
      more = placed != waiting_.end();
      const std::vector<const Job*> start(placed, waiting_.end());
      waiting_.erase(placed, waiting_.end());
      for (const Job* job : start) Start(*job);
    }
    for (const Job* job : waiting_) {
      const auto key = CoreDriver::KeyOf(job->name);
      const planner::StartRange range = driver_.core.reader().ExplainGang(key).start;
      if (told_.contains(job->name) || Hopeless(*job)) continue;
      ASSERT_TRUE(range.latest) << job->name << " is told nothing";
      EXPECT_TRUE(range.reserved) << job->name;
      told_[job->name] = driver_.now + *range.latest;
    }
    std::erase_if(waiting_, [&](const Job* job) { return Hopeless(*job); });
  }

  bool Hopeless(const Job& job) {
    const model::ReasonCode why = driver_.HeldBecause(job.pods.front());
    return why == model::ReasonCode::kExceedsCluster || why == model::ReasonCode::kNoEligibleNode;
  }

  void Start(const Job& job) {
    for (const model::PodInfo& waits : job.pods) {
      model::PodInfo pod = waits;
      pod.node_name = driver_.PlacedOn(pod);
      ASSERT_NE(pod.node_name, "") << pod.name;
      pod.phase = model::PodPhase::kRunning;
      driver_.Show(pod);
      node_of_[pod.name] = pod.node_name;
    }
    ends_.emplace(driver_.now + job.run, &job);
    const auto told = told_.find(job.name);
    if (told == told_.end()) return;
    ++waited_;
    EXPECT_LE(driver_.now, told->second) << job.name << " starts later than it was told";
  }

  void End(const Job& job) {
    for (const model::PodInfo& waits : job.pods) {
      model::PodInfo pod = waits;
      pod.node_name = node_of_[pod.name];
      pod.phase = model::PodPhase::kSucceeded;
      driver_.Show(pod);
    }
  }

  const Kind kind_;
  std::mt19937_64 random_;
  CoreDriver driver_;
  std::vector<Job> jobs_;
  std::vector<const Job*> waiting_;
  std::multimap<Timestamp, const Job*> ends_;
  std::map<std::string, Timestamp> told_;
  std::map<std::string, std::string> node_of_;
  int waited_ = 0;
  int moments_ = 0;
};

void RunAll(Kind kind) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(absl::StrFormat("seed %d", seed));
    Workload(seed, kind).Run();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(ConservativeTest, OnOneMachineNobodyStartsLaterThanToldAtFirst) { RunAll({1, false, true}); }

TEST(ConservativeTest, OnManyMachinesNeither) { RunAll({6, false, true}); }

TEST(ConservativeTest, WithSeveralResourcesNeither) { RunAll({6, true, true}); }

TEST(ConservativeTest, NorWhereOthersEndEarly) { RunAll({6, true, false}); }

}  // namespace
}  // namespace tutti::testing
