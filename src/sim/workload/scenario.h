// Scenario: a cluster and the jobs that come to it, as a file describes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/workload/job.h"

namespace tutti::sim {

// When the jobs of a template come.
struct Arrivals {
  enum class Kind { kAt, kEvery, kPoisson };

  Kind kind = Kind::kAt;
  std::vector<int64_t> at_ms = {0};  // of kAt, in order
  int64_t gap_ms = 0;                // of kEvery; the mean of kPoisson
  int64_t from_ms = 0;               // the first of kEvery; before the first gap of kPoisson
  int64_t count = 1;                 // of kEvery and kPoisson
  uint64_t seed = 1;                 // of kPoisson
};

struct JobTemplate {
  Job job;  // submit_ms is set per job, and a number is put behind the name
  Arrivals arrivals;
};

struct Scenario {
  std::string name;
  std::vector<SimNode> nodes;
  std::vector<JobTemplate> jobs;
};

}  // namespace tutti::sim
