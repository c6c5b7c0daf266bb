// Learned run times against the textbook: EASY with the mean of a user's last two runs, corrected
// as jobs outlive it (Tsafrir, Etsion and Feitelson 2007), job by job the same start.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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

// In milliseconds.
struct PoolJob {
  std::string name;
  std::string user;
  int64_t submit;
  int64_t size;
  int64_t run;
  int64_t estimate;
};

class Pool {
 public:
  Pool(int64_t size, Backfill policy) : free_(size), policy_(policy) {}

  std::map<std::string, int64_t> Run(const std::vector<PoolJob>& jobs) {
    size_t next = 0;
    int64_t now = 0;
    while (next < jobs.size() || !running_.empty()) {
      int64_t moment = next < jobs.size() ? jobs[next].submit : kNever;
      for (const Running& r : running_) {
        moment = std::min(moment, r.start + r.job.run);
        if (!queue_.empty()) moment = std::min(moment, ExpectedEnd(r, now));
      }
      now = moment;
      std::erase_if(running_, [&](const Running& r) { return Ends(r, now); });
      while (next < jobs.size() && jobs[next].submit == now) queue_.push_back(jobs[next++]);
      Schedule(now);
    }
    return starts_;
  }
  int64_t corrected() const { return corrected_; }

 private:
  struct Running {
    PoolJob job;
    int64_t start;
    int64_t predicted;
  };

  bool Ends(const Running& r, int64_t now) {
    if (r.start + r.job.run != now) return false;
    free_ += r.job.size;
    std::vector<int64_t>& runs = runs_[r.job.user];
    runs.push_back(r.job.run);
    return true;
  }

  int64_t Predict(const PoolJob& job) {
    const std::vector<int64_t>& runs = runs_[job.user];
    if (runs.size() < 2) return job.estimate;
    return std::min(job.estimate, (runs[runs.size() - 1] + runs[runs.size() - 2]) / 2);
  }

  int64_t ExpectedEnd(const Running& r, int64_t now) {
    constexpr std::array<int64_t, 4> kMinutes = {1, 5, 15, 30};
    int64_t end = r.start + r.predicted;
    for (size_t i = 0; end <= now; ++i) {
      end += kMinutes.at(i) * 60'000;
      ++corrected_;
    }
    return std::min(end, r.start + r.job.estimate);
  }

  void Start(const PoolJob& job, int64_t now) {
    free_ -= job.size;
    running_.push_back({job, now, Predict(job)});
    starts_[job.name] = now / 1000;
  }

  void Schedule(int64_t now) {
    while (!queue_.empty() && queue_.front().size <= free_) {
      Start(queue_.front(), now);
      queue_.erase(queue_.begin());
    }
    if (queue_.empty()) return;
    std::map<int64_t, int64_t> ends;
    for (const Running& r : running_) ends[ExpectedEnd(r, now)] += r.job.size;
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
      std::stable_sort(behind.begin(), behind.end(), [this](const PoolJob& a, const PoolJob& b) {
        return Predict(a) < Predict(b);
      });
    }
    for (const PoolJob& job : behind) {
      const bool in_time = now + Predict(job) <= shadow;
      if (job.size > free_ || (!in_time && job.size > extra)) continue;
      if (!in_time) extra -= job.size;
      Start(job, now);
      std::erase_if(queue_, [&](const PoolJob& queued) { return queued.name == job.name; });
    }
  }

  int64_t free_;
  const Backfill policy_;
  int64_t corrected_ = 0;
  std::vector<PoolJob> queue_;
  std::vector<Running> running_;  // in the order of their starts
  std::map<std::string, std::vector<int64_t>> runs_;
  std::map<std::string, int64_t> starts_;
};

std::vector<PoolJob> RandomJobs(uint64_t seed, int64_t pool, int count) {
  Random random(seed);
  std::vector<PoolJob> jobs;
  int64_t now = 0;
  for (int i = 0; i < count; ++i) {
    if (i > 0 && random.Below(3) != 0) now += static_cast<int64_t>(random.Below(100));
    const uint64_t user = random.Below(4);
    const int64_t run = 20 * (1 + static_cast<int64_t>(random.Below(9)));
    const int64_t estimate = run * (1 + static_cast<int64_t>(random.Below(8)));
    const int64_t size = 1 + static_cast<int64_t>(random.Below(static_cast<uint64_t>(pool)));
    jobs.push_back({"j" + std::to_string(i), "user-" + std::to_string(user), now * 1000, size,
                    run * 1000, estimate * 1000});
  }
  return jobs;
}

class LearnedTest : public ::testing::TestWithParam<Backfill> {};

TEST_P(LearnedTest, IsTheTextbook) {
  constexpr int kProcessors = 12;
  int64_t corrected = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<PoolJob> jobs = RandomJobs(seed, kProcessors, 60);
    SimWorld world;
    world.options.nodes = CpuNodes(kProcessors, 1);
    world.options.core.backfill = GetParam();
    world.options.core.run_times = planner::RunTimeSource::kLearned;
    std::vector<Job> submitted;
    for (const PoolJob& job : jobs) {
      submitted.push_back(
          CpuJob(job.name, job.submit / 1000, job.size, job.run / 1000, job.estimate / 1000));
      submitted.back().user = job.user;
    }
    const auto result = world.Run(submitted);
    ASSERT_TRUE(result.ok()) << result.status() << ", seed " << seed;
    Pool textbook(kProcessors, GetParam());
    EXPECT_EQ(world.starts, textbook.Run(jobs)) << "seed " << seed;
    corrected += textbook.corrected();
  }
  EXPECT_GT(corrected, 100) << "predictions that are always right prove little";
}

INSTANTIATE_TEST_SUITE_P(Policies, LearnedTest,
                         ::testing::Values(Backfill::kEasy, Backfill::kEasyShortestFirst),
                         [](const auto& test) {
                           return test.param == Backfill::kEasy ? "Easy" : "EasyShortestFirst";
                         });

}  // namespace
}  // namespace tutti::sim
