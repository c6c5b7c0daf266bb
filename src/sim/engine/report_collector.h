// ReportCollector: what happens in a simulation, summed up into a Report. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/engine/cluster_use.h"
#include "sim/engine/simulation.h"
#include "sim/engine/timeline_collector.h"
#include "sim/report/series.h"
#include "sim/report/wait_stats.h"

namespace tutti::sim {

class ReportCollector {
 public:
  ReportCollector(const SimulationOptions& options, const std::vector<model::NodeInfo>& nodes,
                  const model::ResourceTable& resources);

  ClusterUse& use() { return use_; }
  TimelineCollector& lanes() { return timeline_; }

  void Started(int64_t members, const std::string& queue, int64_t wait_ms, int64_t run_ms);
  void Dropped() { ++dropped_; }
  // At the end of each moment.
  void Sample(int64_t now_ms, int64_t waiting_jobs, int64_t waiting_members);

  // `end_ms`: when the last thing happened.
  Report Take(const RowErrors& errors, int64_t jobs, int64_t end_ms);

 private:
  static constexpr size_t kPoints = 1000;  // of a series
  static constexpr size_t kQueues = 16;    // with waits of their own

  WaitStats& OfQueue(const std::string& queue);

  const SimulationOptions& options_;
  ClusterUse use_;
  TimelineCollector timeline_;
  std::vector<SeriesSampler> shares_;  // by resource of use_
  SeriesSampler waiting_jobs_{kPoints};
  SeriesSampler waiting_members_{kPoints};
  SeriesSampler fragmentation_{kPoints};
  WaitStats waits_;
  std::vector<WaitStats> by_size_;
  std::map<std::string, WaitStats> by_queue_;
  int64_t placed_ = 0;
  int64_t dropped_ = 0;
};

}  // namespace tutti::sim
