// SyntheticSource: gangs out of a seed. The same options give the same jobs on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/workload/job_source.h"
#include "sim/workload/random.h"

namespace tutti::sim {

struct SyntheticOptions {
  // One value out of several, as often as its weight says.
  struct Choice {
    int64_t value = 1;
    int64_t weight = 1;
  };

  uint64_t seed = 1;
  int64_t jobs = 1000;
  int64_t mean_gap_ms = 60'000;  // Poisson arrivals
  std::vector<Choice> members = {{1, 50}, {2, 20}, {4, 15}, {8, 10}, {16, 4}, {32, 1}};
  std::vector<Choice> gpus_per_member = {{1, 40}, {2, 15}, {4, 15}, {8, 30}};  // 0: a CPU job
  int64_t median_run_ms = 600'000;  // log-normal run times, cut to the range below
  int64_t sigma_milli = 1500;       // of ln(run), thousandths
  int64_t min_run_ms = 1'000;
  int64_t max_run_ms = int64_t{7} * 24 * 3600 * 1000;
  int64_t max_overestimate = 10;      // the estimate is 1..this times the run time
  int64_t milli_cpu_per_gpu = 8'000;  // of a CPU job: per member
  int64_t memory_per_gpu = int64_t{32} << 30;
  int64_t users = 20;
  int64_t queues = 4;
};

class SyntheticSource final : public JobSource {
 public:
  // InvalidArgument names the first option that makes no sense.
  static absl::StatusOr<SyntheticSource> Make(const SyntheticOptions& options);

  absl::StatusOr<std::optional<Job>> Next() override;
  const RowErrors& errors() const override { return errors_; }

 private:
  explicit SyntheticSource(const SyntheticOptions& options)
      : options_(options), random_(options.seed), errors_("synthetic", BadRows::kStop) {}

  int64_t Pick(const std::vector<SyntheticOptions::Choice>& choices);

  SyntheticOptions options_;
  Random random_;
  RowErrors errors_;
  int64_t made_ = 0;
  int64_t now_ms_ = 0;
};

}  // namespace tutti::sim
