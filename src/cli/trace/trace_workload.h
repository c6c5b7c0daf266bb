// The workload and the nodes that trace options name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/trace/simulate_trace_command.h"
#include "sim/workload/job_source.h"

namespace tutti::cli {

struct TraceWorkload {
  std::string name;
  std::unique_ptr<sim::JobSource> jobs;
  std::vector<sim::SimNode> nodes;
  int64_t expected_jobs = 0;  // 0: not known beforehand
};

absl::StatusOr<TraceWorkload> OpenTraceWorkload(const TraceOptions& options);

}  // namespace tutti::cli
