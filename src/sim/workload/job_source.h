// JobSource: a workload as a stream of jobs in the order of their submit times, in memory that does
// not grow with their number. One thread.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "sim/workload/job.h"
#include "sim/workload/row_errors.h"

namespace tutti::sim {

class JobSource {
 public:
  virtual ~JobSource() = default;

  // The next job, or nothing at the end. After an error or the end it says the same again.
  virtual absl::StatusOr<std::optional<Job>> Next() = 0;

  // The rows refused so far.
  virtual const RowErrors& errors() const = 0;
};

}  // namespace tutti::sim
