// ReorderWindow: jobs in the order of their submit times out of a file that is almost so. One
// thread. Jobs of equal time keep the order of the file.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "sim/workload/job.h"

namespace tutti::sim {

// It holds back kJobs jobs. A job may therefore stand up to kJobs rows behind where its submit time
// belongs, which covers logs that are written as jobs start or end on a small machine and clocks
// that step; a file that is sorted by something else is told so instead of being loaded whole.
class ReorderWindow {
 public:
  static constexpr size_t kJobs = 1024;

  // InvalidArgument, naming the row, where a later job has left already. `column` is what the file
  // calls the submit time.
  absl::Status Put(Job job, const std::string& file, int64_t row, std::string_view column);

  // The earliest job, if the window is full or `at_end`.
  std::optional<Job> Take(bool at_end);

 private:
  struct Held {
    Job job;
    int64_t sequence;
  };
  static bool Later(const Held& a, const Held& b);

  std::vector<Held> heap_;
  int64_t next_sequence_ = 0;
  int64_t last_taken_ms_ = INT64_MIN;
};

}  // namespace tutti::sim
