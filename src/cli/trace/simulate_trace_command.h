// `tutti simulate --workload ...`: the core and its plugins over a log or scenario, offline.
//
// AddTraceOptions puts the options on a subcommand; whoever owns that calls SimulateTrace where
// TraceOptions::asked() says so.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "config/configuration.h"
#include "framework/plugins.h"
#include "model/backfill.h"
#include "sim/engine/simulation.h"

namespace CLI {
class App;
}  // namespace CLI

namespace tutti::cli {

enum class WorkloadFormat { kSwf, kOpenb, kPhilly, kScenario, kSynthetic };

struct TraceOptions {
  std::string workload;  // a file
  std::optional<WorkloadFormat> format;
  std::string nodes;   // "100:cpu=64,memory=512Gi,gpu=8,rack=16", or an openb list of nodes
  std::string config;  // a TuttiConfiguration: its plugins, gang.backfill and gang.runTimes
  std::vector<std::string> plugins;         // by name; in place of the configuration's
  std::optional<model::Backfill> backfill;  // in place of the configuration's
  uint64_t seed = 1;                        // of synthetic workloads
  int64_t jobs = 0;                         // the first so many of a workload; 0: all
  bool exact_estimates = false;
  bool strict = false;
  std::string lane_label;
  std::string report_json;  // a file; "-": the output
  std::string report_csv;   // a folder
  std::string report_html;  // a file

  bool asked() const { return !workload.empty() || format.has_value(); }
};

void AddTraceOptions(CLI::App& command, TraceOptions& options);

// What a process makes of a configuration's plugins; see apps/trace_plugins.h.
class TracePlugins {
 public:
  virtual ~TracePlugins() = default;
  virtual sim::SimulationTables tables() = 0;
  virtual framework::Plugins plugins() = 0;
};

struct TraceSurroundings {
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;  // only there a progress bar makes sense
  const base::Clock& clock;      // for the rate
  // Plugins whose time is `clock`.
  std::function<absl::StatusOr<std::unique_ptr<TracePlugins>>(const std::vector<config::Plugin>&,
                                                              const base::Clock& clock)>
      make_plugins;
};

// Errors: InvalidArgument and NotFound for options, files and rows; each names what is wrong.
absl::Status SimulateTrace(const TraceOptions& options, const TraceSurroundings& surroundings);

}  // namespace tutti::cli
