#include "sim/workload/scenario_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace tutti::sim {

ScenarioSource::ScenarioSource(std::vector<JobTemplate> jobs)
    : errors_("scenario", BadRows::kStop) {
  for (JobTemplate& job : jobs) {
    Stream stream{std::move(job), Random(job.arrivals.seed)};
    const Arrivals& arrivals = stream.jobs.arrivals;
    const bool listed = arrivals.kind == Arrivals::Kind::kAt;
    stream.total = listed ? static_cast<int64_t>(arrivals.at_ms.size()) : arrivals.count;
    stream.next_ms = arrivals.from_ms;
    if (arrivals.kind == Arrivals::Kind::kPoisson) {
      stream.next_ms += stream.random.Exponential(arrivals.gap_ms);
    }
    if (listed && stream.total > 0) stream.next_ms = arrivals.at_ms.front();
    streams_.push_back(std::move(stream));
  }
}

absl::StatusOr<std::optional<Job>> ScenarioSource::Next() {
  Stream* earliest = nullptr;
  for (Stream& stream : streams_) {
    if (stream.made == stream.total) continue;
    if (earliest == nullptr || stream.next_ms < earliest->next_ms) earliest = &stream;
  }
  if (earliest == nullptr) return std::optional<Job>();
  Job job = earliest->jobs.job;
  job.submit_ms = earliest->next_ms;
  absl::StrAppend(&job.name, "-", earliest->made);
  Advance(*earliest);
  return job;
}

void ScenarioSource::Advance(Stream& stream) {
  const Arrivals& arrivals = stream.jobs.arrivals;
  ++stream.made;
  if (stream.made == stream.total) return;
  int64_t gap = arrivals.gap_ms;
  if (arrivals.kind == Arrivals::Kind::kAt) {
    stream.next_ms = arrivals.at_ms[static_cast<size_t>(stream.made)];
    return;
  }
  if (arrivals.kind == Arrivals::Kind::kPoisson) gap = stream.random.Exponential(arrivals.gap_ms);
  if (__builtin_add_overflow(stream.next_ms, gap, &stream.next_ms)) stream.next_ms = INT64_MAX;
}

}  // namespace tutti::sim
