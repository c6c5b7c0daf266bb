#include "sim/workload/reorder_window.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::sim {

bool ReorderWindow::Later(const Held& a, const Held& b) {
  return std::tie(a.job.submit_ms, a.sequence) > std::tie(b.job.submit_ms, b.sequence);
}

absl::Status ReorderWindow::Put(Job job, const std::string& file, int64_t row,
                                std::string_view column) {
  if (job.submit_ms < last_taken_ms_) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s:%d: column %s: the job was submitted %d ms before one that stands more than %d rows "
        "above it; expected rows in the order of their submit times: sort the file by %s",
        file, row, column, last_taken_ms_ - job.submit_ms, kJobs, column));
  }
  heap_.push_back({std::move(job), next_sequence_++});
  std::push_heap(heap_.begin(), heap_.end(), Later);
  return absl::OkStatus();
}

std::optional<Job> ReorderWindow::Take(bool at_end) {
  if (heap_.empty() || (!at_end && heap_.size() <= kJobs)) return std::nullopt;
  std::pop_heap(heap_.begin(), heap_.end(), Later);
  Job job = std::move(heap_.back().job);
  heap_.pop_back();
  last_taken_ms_ = job.submit_ms;
  return job;
}

}  // namespace tutti::sim
