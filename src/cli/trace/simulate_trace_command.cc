#include "cli/trace/simulate_trace_command.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "cli/trace/progress_bar.h"
#include "cli/trace/trace_workload.h"
#include "config/load_configuration.h"
#include "sim/engine/virtual_clock.h"
#include "sim/report/csv_report.h"
#include "sim/report/html_report.h"
#include "sim/report/json_report.h"
#include "sim/report/report_text.h"

namespace tutti::cli {
namespace {

const std::map<std::string, WorkloadFormat>& Formats() {
  static const std::map<std::string, WorkloadFormat> formats = {
      {"swf", WorkloadFormat::kSwf},
      {"openb", WorkloadFormat::kOpenb},
      {"philly", WorkloadFormat::kPhilly},
      {"scenario", WorkloadFormat::kScenario},
      {"synthetic", WorkloadFormat::kSynthetic}};
  return formats;
}

// As in the configuration.
const std::map<std::string, model::Backfill>& Policies() {
  static const std::map<std::string, model::Backfill> policies = {
      {"None", model::Backfill::kNone},
      {"Easy", model::Backfill::kEasy},
      {"EasyShortestFirst", model::Backfill::kEasyShortestFirst},
      {"Conservative", model::Backfill::kConservative}};
  return policies;
}

std::string NameOf(model::Backfill backfill) {
  for (const auto& [name, policy] : Policies()) {
    if (policy == backfill) return name;
  }
  return {};
}

absl::StatusOr<config::Configuration> ReadConfiguration(const std::string& path) {
  if (path.empty()) return config::Configuration();
  return config::LoadConfigurationFile(path, nullptr);
}

std::vector<config::Plugin> PluginsOf(const TraceOptions& options,
                                      const config::Configuration& configuration) {
  if (options.plugins.empty()) return configuration.plugins;
  std::vector<config::Plugin> plugins;
  for (const std::string& name : options.plugins) {
    config::Plugin& plugin = plugins.emplace_back();
    plugin.name = name;
    plugin.where = "--plugins";
  }
  return plugins;
}

std::string PolicyText(const planner::CoreOptions& core,
                       const std::vector<config::Plugin>& plugins) {
  std::string text = absl::StrFormat("backfill %s", NameOf(core.backfill));
  if (core.run_times == planner::RunTimeSource::kLearned) text += ", run times learned";
  for (const config::Plugin& plugin : plugins)
    text += absl::StrFormat(", %s weight %d", plugin.name, plugin.weight);
  return text;
}

absl::Status Write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (file.good()) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrFormat("cannot write report %s: %s", path, std::strerror(errno)));
}

absl::Status WriteReports(const TraceOptions& options, const sim::Report& report,
                          std::ostream& out) {
  if (options.report_json == "-") {
    out << sim::JsonReport(report);
  } else if (!options.report_json.empty()) {
    TUTTI_RETURN_IF_ERROR(Write(options.report_json, sim::JsonReport(report)));
  }
  if (!options.report_html.empty())
    TUTTI_RETURN_IF_ERROR(Write(options.report_html, sim::HtmlReport(report)));
  if (options.report_csv.empty()) return absl::OkStatus();
  std::error_code error;
  std::filesystem::create_directories(options.report_csv, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrFormat("cannot make folder %s: %s", options.report_csv, error.message()));
  }
  for (const sim::CsvFile& file : sim::CsvReport(report))
    TUTTI_RETURN_IF_ERROR(Write(options.report_csv + "/" + file.name, file.text));
  return absl::OkStatus();
}

void PrintSummary(const sim::SimulationResult& result, std::ostream& out) {
  const sim::Report& report = result.report;
  const auto line = [&](const char* key, const std::string& value) {
    out << absl::StrFormat("%-16s %s\n", key, value);
  };
  line("Workload", report.meta.name);
  line("Policy", report.meta.policy);
  line("Nodes", absl::StrFormat("%d", report.meta.nodes));
  line("Jobs", absl::StrFormat("%d, of these %d placed, %d dropped", report.meta.jobs,
                               report.scalars.placed, report.scalars.dropped));
  if (result.evicted > 0) line("Started again", absl::StrFormat("%d", result.evicted));
  line("Makespan", sim::Span(report.scalars.makespan_ms));
  line("Wait", absl::StrFormat("mean %s, median %s, p95 %s, longest %s",
                               sim::SpanOfSeconds(report.scalars.wait.mean_s),
                               sim::SpanOfSeconds(report.scalars.wait.p50_s),
                               sim::SpanOfSeconds(report.scalars.wait.p95_s),
                               sim::SpanOfSeconds(report.scalars.wait.max_s)));
  line("AVEbsld", absl::StrFormat("%.3f", report.scalars.ave_bsld));
  for (const auto& [resource, share] : report.scalars.utilisation)
    line("Utilisation", absl::StrFormat("%s %.1f %%", resource, share * 100));
  if (report.meta.rows_refused == 0) return;
  line("Rows refused", absl::StrFormat("%d, the first:", report.meta.rows_refused));
  for (const std::string& message : report.meta.first_refused) out << "  " << message << "\n";
}

absl::StatusOr<sim::SimulationResult> Simulate(const TraceOptions& options,
                                               const TraceSurroundings& surroundings) {
  TUTTI_ASSIGN_OR_RETURN(const config::Configuration configuration,
                         ReadConfiguration(options.config));
  TUTTI_ASSIGN_OR_RETURN(TraceWorkload workload, OpenTraceWorkload(options));
  const std::vector<config::Plugin> plugins = PluginsOf(options, configuration);
  sim::VirtualClock clock;
  TUTTI_ASSIGN_OR_RETURN(const std::unique_ptr<TracePlugins> made,
                         surroundings.make_plugins(plugins, clock));
  sim::SimulationOptions simulation;
  simulation.name = workload.name;
  simulation.seed = options.seed;
  simulation.nodes = std::move(workload.nodes);
  simulation.core.backfill = options.backfill.value_or(configuration.gang.backfill);
  simulation.core.run_times = configuration.gang.run_times;
  simulation.policy = PolicyText(simulation.core, plugins);
  simulation.plugins = made->plugins();
  simulation.clock = &clock;
  simulation.exact_estimates = options.exact_estimates;
  simulation.lane_label = options.lane_label;
  ProgressBar bar(surroundings.err, surroundings.clock, workload.expected_jobs);
  if (surroundings.err_is_terminal) {
    simulation.on_progress = [&bar](const sim::SimulationProgress& progress) {
      bar.Show(progress);
      return true;
    };
  }
  absl::StatusOr<sim::SimulationResult> result =
      sim::RunSimulation(*workload.jobs, simulation, made->tables());
  bar.Clear();
  return result;
}

}  // namespace

void AddTraceOptions(CLI::App& command, TraceOptions& options) {
  const std::string group = "Offline, over a workload";
  const auto add = [&](const char* name, auto& value, const char* help) {
    return command.add_option(name, value, help)->group(group);
  };
  add("--workload", options.workload, "The file with the jobs");
  add("--format", options.format,
      "swf, openb, philly, scenario or synthetic; without it, scenario for .yaml and swf otherwise")
      ->transform(CLI::CheckedTransformer(Formats()));
  add("--nodes", options.nodes,
      "COUNT[:cpu=64,memory=512Gi,gpu=8,model=A100,rack=16], or a list of nodes in the openb "
      "format; without it, what the workload says");
  add("--config", options.config,
      "A TuttiConfiguration file, whose plugins, gang.backfill and gang.runTimes are used");
  add("--plugins", options.plugins, "Plugins by name, in place of the configuration's")
      ->delimiter(',');
  add("--backfill", options.backfill,
      "None, Easy, EasyShortestFirst or Conservative, in place of the configuration's")
      ->transform(CLI::CheckedTransformer(Policies(), CLI::ignore_case));
  add("--seed", options.seed, "Of synthetic workloads")->capture_default_str();
  add("--jobs", options.jobs, "Only the first so many jobs")->check(CLI::PositiveNumber);
  add("--lane-label", options.lane_label,
      "Node label, such as rack, whose values are the lanes of the timeline");
  add("--report-json", options.report_json, "Write the report as JSON; - for the output");
  add("--report-csv", options.report_csv, "Write the report as tables into this folder");
  add("--report-html", options.report_html, "Write the report as one page with plots");
  command
      .add_flag("--exact-estimates", options.exact_estimates,
                "Jobs say their true run times instead of the workload's estimates")
      ->group(group);
  command
      .add_flag("--strict", options.strict, "Stop at the first bad row instead of leaving it out")
      ->group(group);
}

absl::Status SimulateTrace(const TraceOptions& options, const TraceSurroundings& surroundings) {
  TUTTI_ASSIGN_OR_RETURN(const sim::SimulationResult result, Simulate(options, surroundings));
  TUTTI_RETURN_IF_ERROR(WriteReports(options, result.report, surroundings.out));
  if (options.report_json != "-") PrintSummary(result, surroundings.out);
  return absl::OkStatus();
}

}  // namespace tutti::cli
