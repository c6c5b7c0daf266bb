// Reading a whole source in a test.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "sim/workload/job_source.h"

namespace tutti::sim {

inline std::unique_ptr<std::istream> Text(const std::string& text) {
  return std::make_unique<std::istringstream>(text);
}

struct Drained {
  std::vector<Job> jobs;
  absl::Status status;
};

inline Drained Drain(JobSource& source) {
  Drained drained;
  while (true) {
    absl::StatusOr<std::optional<Job>> job = source.Next();
    drained.status = job.status();
    if (!job.ok() || !job->has_value()) return drained;
    drained.jobs.push_back(**std::move(job));
  }
}

}  // namespace tutti::sim
