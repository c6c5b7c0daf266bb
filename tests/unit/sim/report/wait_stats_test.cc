#include "sim/report/wait_stats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/workload/swf_reader.h"
#include "sim/workload/workload_file.h"
#include "tests/unit/sim/workload/drain.h"
#include "tests/unit/sim/workload/shared_data.h"

namespace tutti::sim {
namespace {

TEST(WaitStatsTest, SlowdownIsBoundedByTheThreshold) {
  EXPECT_EQ(WaitStats::BoundedSlowdown(0, 1'000), 1);
  EXPECT_EQ(WaitStats::BoundedSlowdown(99'000, 1'000), 10);
  EXPECT_EQ(WaitStats::BoundedSlowdown(100'000, 100'000), 2);
}

TEST(WaitStatsTest, PercentilesAreWaitsOfJobs) {
  WaitStats stats;
  EXPECT_EQ(stats.Summary().jobs, 0);
  EXPECT_EQ(stats.AveBsld(), 0);
  for (int64_t i = 100; i >= 1; --i) stats.Add(i * 1'000, 10'000);
  stats.Add(1'000'000, -1);
  const WaitSummary summary = stats.Summary();
  EXPECT_EQ(summary.jobs, 101);
  EXPECT_EQ(summary.p25_s, 26);
  EXPECT_EQ(summary.p50_s, 51);
  EXPECT_EQ(summary.p95_s, 96);
  EXPECT_EQ(summary.max_s, 1'000);
  EXPECT_NEAR(summary.mean_s, 6050.0 / 101, 1e-9);
  EXPECT_NEAR(stats.AveBsld(), 6.05, 1e-9) << "the job without an end has none";
}

// First come, first served without backfilling on one pool: simple enough to write twice.
WaitStats FirstComeFirstServed(const std::vector<Job>& jobs, int64_t free) {
  using Ending = std::pair<int64_t, int64_t>;  // when, processors
  std::priority_queue<Ending, std::vector<Ending>, std::greater<>> running;
  int64_t now = 0;
  WaitStats stats;
  for (const Job& job : jobs) {
    const int64_t wanted = job.roles[0].count;
    now = std::max(now, job.submit_ms);
    while (!running.empty() && (running.top().first <= now || free < wanted)) {
      now = std::max(now, running.top().first);
      free += running.top().second;
      running.pop();
    }
    free -= wanted;
    running.emplace(now + job.run_ms, wanted);
    stats.Add(now - job.submit_ms, job.run_ms);
  }
  return stats;
}

TEST(WaitStatsTest, AgreesWithTheKnownFiguresOfKthSp2) {
  const std::string path = SharedData("swf/KTH-SP2-1996-2.swf");
  TUTTI_SKIP_WITHOUT(path);
  auto file = OpenWorkloadFile(path, "log");
  ASSERT_TRUE(file.ok()) << file.status();
  auto reader = SwfReader::Open(*std::move(file), path, SwfOptions{});
  ASSERT_TRUE(reader.ok()) << reader.status();
  Drained drained = Drain(**reader);
  ASSERT_TRUE(drained.status.ok()) << drained.status;
  const WaitStats in_file_order = FirstComeFirstServed(drained.jobs, (*reader)->header().max_procs);
  EXPECT_EQ(in_file_order.Summary().jobs, 28'481);
  EXPECT_NEAR(in_file_order.Summary().mean_s, 353'776.41, 0.01);
  EXPECT_NEAR(in_file_order.AveBsld(), 6'814.973, 0.001);
  // The known figures come of another order of the 333 jobs that share their second with the one
  // before: the shorter first.
  std::stable_sort(drained.jobs.begin(), drained.jobs.end(), [](const Job& a, const Job& b) {
    return std::tie(a.submit_ms, a.run_ms) < std::tie(b.submit_ms, b.run_ms);
  });
  const WaitStats known = FirstComeFirstServed(drained.jobs, (*reader)->header().max_procs);
  EXPECT_NEAR(known.Summary().mean_s, 353'761, 0.5);
  EXPECT_NEAR(known.AveBsld(), 6'814.7, 0.05);
}

}  // namespace
}  // namespace tutti::sim
