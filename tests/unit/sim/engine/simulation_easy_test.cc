// The core's backfill against the textbook: EASY and conservative backfilling on a pool of
// processors, job by job the same start.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "sim/workload/random.h"
#include "tests/unit/sim/engine/sim_world.h"

namespace tutti::sim {
namespace {

using planner::Backfill;

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

struct PoolJob {
  std::string name;
  int64_t submit;
  int64_t size;
  int64_t run;
  int64_t estimate;
};

// Lifka's EASY: one reservation, for the first job that waits. Conservative (Feitelson and Weil):
// one for each, which moves up as others end early.
class Pool {
 public:
  Pool(int64_t size, Backfill policy) : free_(size), policy_(policy) {}

  std::map<std::string, int64_t> Run(const std::vector<PoolJob>& jobs) {
    size_t next = 0;
    while (next < jobs.size() || !running_.empty()) {
      int64_t now = next < jobs.size() ? jobs[next].submit : kNever;
      for (const Running& r : running_) now = std::min(now, r.end);
      std::erase_if(running_, [&](const Running& r) {
        if (r.end == now) free_ += r.size;
        return r.end == now;
      });
      while (next < jobs.size() && jobs[next].submit == now) queue_.push_back(jobs[next++]);
      Schedule(now);
    }
    return starts_;
  }

 private:
  struct Running {
    int64_t end;
    int64_t expected;
    int64_t size;
  };

  void Start(const PoolJob& job, int64_t now) {
    free_ -= job.size;
    running_.push_back({now + job.run, now + job.estimate, job.size});
    starts_[job.name] = now;
  }

  // From when on it is free for as long as the job says, beside what others have been promised.
  int64_t EarliestFor(const PoolJob& job, int64_t now) const {
    std::map<int64_t, int64_t> change = {{now, 0}};  // of what is free
    for (const Running& r : running_) change[std::max(r.expected, now)] += r.size;
    for (const PoolJob& other : queue_) {
      const auto promise = promised_.find(other.name);
      if (other.name == job.name || promise == promised_.end()) continue;
      change[std::max(promise->second, now)] -= other.size;
      change[std::max(promise->second + other.estimate, now)] += other.size;
    }
    int64_t free = free_;
    int64_t start = kNever;
    for (const auto& [time, more] : change) {
      if (start != kNever && time >= start + job.estimate) break;
      free += more;
      if (free < job.size) {
        start = kNever;
      } else if (start == kNever) {
        start = time;
      }
    }
    return start;
  }

  void ScheduleConservatively(int64_t now) {
    const std::vector<PoolJob> queue = queue_;
    for (const PoolJob& job : queue) {
      promised_[job.name] = EarliestFor(job, now);
      if (promised_[job.name] > now) continue;
      Start(job, now);
      std::erase_if(queue_, [&](const PoolJob& queued) { return queued.name == job.name; });
    }
  }

  void Schedule(int64_t now) {
    if (policy_ == Backfill::kConservative) return ScheduleConservatively(now);
    while (!queue_.empty() && queue_.front().size <= free_) {
      Start(queue_.front(), now);
      queue_.erase(queue_.begin());
    }
    if (queue_.empty() || policy_ == Backfill::kNone) return;
    std::map<int64_t, int64_t> ends;
    for (const Running& r : running_) ends[r.expected] += r.size;
    int64_t available = free_;
    int64_t shadow = kNever;
    for (const auto& [time, size] : ends) {
      available += size;
      shadow = time;
      if (available >= queue_.front().size) break;
    }
    int64_t extra = available - queue_.front().size;
    std::vector<PoolJob> behind(queue_.begin() + 1, queue_.end());
    if (policy_ == Backfill::kEasyShortestFirst) {
      std::stable_sort(behind.begin(), behind.end(),
                       [](const PoolJob& a, const PoolJob& b) { return a.estimate < b.estimate; });
    }
    for (const PoolJob& job : behind) {
      const bool in_time = now + job.estimate <= shadow;
      if (job.size > free_ || (!in_time && job.size > extra)) continue;
      if (!in_time) extra -= job.size;
      Start(job, now);
      std::erase_if(queue_, [&](const PoolJob& queued) { return queued.name == job.name; });
    }
  }

  int64_t free_;
  const Backfill policy_;
  std::vector<PoolJob> queue_;
  std::vector<Running> running_;
  std::map<std::string, int64_t> promised_;
  std::map<std::string, int64_t> starts_;
};

std::vector<PoolJob> RandomJobs(uint64_t seed, int64_t pool, int count) {
  Random random(seed);
  std::vector<PoolJob> jobs;
  int64_t now = 0;
  for (int i = 0; i < count; ++i) {
    now += random.Below(3) == 0 ? 0 : static_cast<int64_t>(random.Below(20));
    // Whole tens, so that ends meet.
    const int64_t run = 10 * (1 + static_cast<int64_t>(random.Below(9)));
    const int64_t estimate = run * (1 + static_cast<int64_t>(random.Below(3)));
    const int64_t size = 1 + static_cast<int64_t>(random.Below(static_cast<uint64_t>(pool)));
    jobs.push_back({"j" + std::to_string(i), i == 0 ? 0 : now, size, run, estimate});
  }
  return jobs;
}

void Compare(Backfill policy, const std::vector<SimNode>& nodes, int64_t pool, uint64_t seed) {
  const std::vector<PoolJob> jobs = RandomJobs(seed, pool, 60);
  SimWorld world;
  world.options.nodes = nodes;
  world.options.core.backfill = policy;
  std::vector<Job> submitted;
  for (const PoolJob& job : jobs)
    submitted.push_back(CpuJob(job.name, job.submit, job.size, job.run, job.estimate));
  const auto result = world.Run(submitted);
  ASSERT_TRUE(result.ok()) << result.status() << ", seed " << seed;
  EXPECT_EQ(world.starts, Pool(pool, policy).Run(jobs)) << "seed " << seed;
  for (const PoolJob& job : jobs) EXPECT_GE(world.starts[job.name], job.submit);
}

class EasyTest : public ::testing::TestWithParam<Backfill> {};

TEST_P(EasyTest, OnOneMachineItIsTheTextbook) {
  for (uint64_t seed = 1; seed <= 15; ++seed) Compare(GetParam(), CpuNodes(1, 12), 12, seed);
}

TEST_P(EasyTest, OnManyMachinesItIsTheTextbook) {
  for (uint64_t seed = 1; seed <= 15; ++seed) Compare(GetParam(), CpuNodes(12, 1), 12, seed);
}

INSTANTIATE_TEST_SUITE_P(Policies, EasyTest,
                         ::testing::Values(Backfill::kNone, Backfill::kEasy,
                                           Backfill::kEasyShortestFirst),
                         [](const auto& test) {
                           return test.param == Backfill::kNone   ? "None"
                                  : test.param == Backfill::kEasy ? "Easy"
                                                                  : "EasyShortestFirst";
                         });

// On many machines a job is promised machines, not a number of them, and others may start later
// than the textbook says.
TEST(ConservativeTest, OnOneMachineItIsTheTextbook) {
  for (uint64_t seed = 1; seed <= 15; ++seed)
    Compare(Backfill::kConservative, CpuNodes(1, 12), 12, seed);
}

}  // namespace
}  // namespace tutti::sim
