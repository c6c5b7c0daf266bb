#include "sim/workload/synthetic_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/sim/workload/drain.h"

namespace tutti::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<Job> Jobs(const SyntheticOptions& options) {
  absl::StatusOr<SyntheticSource> source = SyntheticSource::Make(options);
  EXPECT_TRUE(source.ok()) << source.status();
  Drained drained = Drain(*source);
  EXPECT_TRUE(drained.status.ok());
  return std::move(drained.jobs);
}

// FNV-1a over every number, so that a change on any machine shows.
uint64_t Fingerprint(const std::vector<Job>& jobs) {
  uint64_t hash = 14695981039346656037u;
  const auto mix = [&hash](int64_t value) {
    hash = (hash ^ static_cast<uint64_t>(value)) * 1099511628211u;
  };
  for (const Job& job : jobs) {
    mix(job.submit_ms);
    mix(job.run_ms);
    mix(job.estimate_ms);
    mix(job.roles[0].count);
    mix(job.roles[0].gpus);
    for (char c : job.user + job.queue) mix(c);
  }
  return hash;
}

TEST(SyntheticSourceTest, TheSameSeedGivesTheSameJobsEverywhere) {
  SyntheticOptions options;
  const std::vector<Job> jobs = Jobs(options);
  ASSERT_THAT(jobs, SizeIs(1000));
  EXPECT_EQ(Fingerprint(jobs), 18312766344945283401u);
  options.seed = 2;
  EXPECT_NE(Fingerprint(Jobs(options)), Fingerprint(jobs));
}

TEST(SyntheticSourceTest, JobsAreInOrderAndInRange) {
  SyntheticOptions options;
  options.jobs = 20'000;
  int64_t last = 0;
  int64_t alone = 0;
  for (const Job& job : Jobs(options)) {
    ASSERT_LE(last, job.submit_ms);
    last = job.submit_ms;
    ASSERT_GE(job.run_ms, options.min_run_ms);
    ASSERT_LE(job.run_ms, options.max_run_ms);
    ASSERT_GE(job.estimate_ms, job.run_ms);
    ASSERT_LE(job.estimate_ms, job.run_ms * options.max_overestimate);
    alone += job.roles[0].count == 1 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(alone), 10'000, 400) << "half of them, by weight";
  EXPECT_NEAR(static_cast<double>(last) / 20'000, 60'000, 2'000);
}

TEST(SyntheticSourceTest, RefusesOptionsThatMakeNoSense) {
  SyntheticOptions options;
  options.members.clear();
  EXPECT_THAT(std::string(SyntheticSource::Make(options).status().message()),
              HasSubstr("members has 0 choices"));
  options = SyntheticOptions();
  options.max_run_ms = 10;
  EXPECT_THAT(std::string(SyntheticSource::Make(options).status().message()),
              HasSubstr("longest run (ms) is 10: expected 1000 to"));
}

}  // namespace
}  // namespace tutti::sim
