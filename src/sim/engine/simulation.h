// RunSimulation: the real core and its plugins over a workload, in virtual time.
//
// Events come as they would from a cluster that answers at once: gangs arrive, are planned, bound
// and run; what ends gives its room back. Events of one moment are one batch: ends first, then
// arrivals in the order of the workload. No clock, no threads, no randomness: the same workload,
// nodes and options give the same report, byte for byte. Memory grows with the jobs that wait or
// run, not with the log, but for 24 bytes per job that its waits are summed up from.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/interner.h"
#include "framework/plugins.h"
#include "model/field_table.h"
#include "model/resource_table.h"
#include "planner/core_options.h"
#include "sim/engine/virtual_clock.h"
#include "sim/report/report.h"
#include "sim/workload/job_source.h"

namespace tutti::sim {

// The tables that plugins were made with; all must outlive the call.
struct SimulationTables {
  base::Interner& labels;
  model::ResourceTable& resources;
  const model::Fields& fields;
};

struct SimulationProgress {
  int64_t submitted = 0;  // jobs
  int64_t finished = 0;   // of these; those that were dropped included
  int64_t placed = 0;     // members
  int64_t now_ms = 0;     // virtual time since the first submission
};

struct SimulationOptions {
  std::string name;    // for the report
  std::string policy;  // likewise
  uint64_t seed = 0;   // likewise
  std::vector<SimNode> nodes;
  planner::CoreOptions core;
  framework::Plugins plugins;
  VirtualClock* clock = nullptr;  // set to the virtual time, where there is one: for the plugins
  // Jobs say their true run time instead of the workload's estimate.
  bool exact_estimates = false;
  // Nodes with the same value of this label share a lane of the timeline. Empty: each node has its
  // own, or neighbours share one where there are too many.
  std::string lane_label;
  // The core's books are checked after every batch, which takes long: the first broken invariant
  // ends the simulation with an Internal error.
  bool check_invariants = false;
  // Called now and then. False ends the simulation with Cancelled.
  std::function<bool(const SimulationProgress&)> on_progress = nullptr;
  // Called when a gang has its nodes, one for each member: for tests.
  struct Start {
    const Job& job;
    int64_t start_ms;  // since the first submission, as all times here
    int64_t submit_ms;
  };
  std::function<void(const Start&)> on_start = nullptr;
};

struct SimulationResult {
  Report report;
  int64_t members_placed = 0;
  int64_t evicted = 0;  // jobs that had to start again
};

// InvalidArgument for nodes, jobs and rows that make no sense.
absl::StatusOr<SimulationResult> RunSimulation(JobSource& source, const SimulationOptions& options,
                                               const SimulationTables& tables);

}  // namespace tutti::sim
