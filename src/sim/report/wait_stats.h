// WaitStats: the waits of jobs summed up. One thread; 8 bytes per job.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/report/report.h"

namespace tutti::sim {

class WaitStats {
 public:
  // Below this a run does not count as short, so that a job of a second that waited a minute does
  // not outweigh everything.
  static constexpr int64_t kThresholdMs = 10'000;

  // max(1, (wait + run) / max(run, threshold)). Jobs that run for ever (run_ms < 0) have none, and
  // count for their waits only.
  static double BoundedSlowdown(int64_t wait_ms, int64_t run_ms);

  void Add(int64_t wait_ms, int64_t run_ms);

  // Percentiles are nearest-rank: waits that some job really had. All 0 without jobs.
  WaitSummary Summary() const;
  double AveBsld() const;

 private:
  std::vector<int64_t> waits_ms_;
  double slowdowns_ = 0;
  int64_t finite_ = 0;
};

}  // namespace tutti::sim
