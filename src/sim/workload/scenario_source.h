// ScenarioSource: the jobs of a scenario's templates, merged by time. Jobs of equal time come in
// the order of their templates. Memory is per template, not per job.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/workload/job_source.h"
#include "sim/workload/random.h"
#include "sim/workload/scenario.h"

namespace tutti::sim {

class ScenarioSource final : public JobSource {
 public:
  explicit ScenarioSource(std::vector<JobTemplate> jobs);

  absl::StatusOr<std::optional<Job>> Next() override;
  const RowErrors& errors() const override { return errors_; }

 private:
  struct Stream {
    JobTemplate jobs;
    Random random;
    int64_t made = 0;
    int64_t total = 0;
    int64_t next_ms = 0;
  };
  static void Advance(Stream& stream);

  std::vector<Stream> streams_;
  RowErrors errors_;
};

}  // namespace tutti::sim
