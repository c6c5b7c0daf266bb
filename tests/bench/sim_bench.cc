// The simulator's figures: one line "figure NAME VALUE UNIT" each. Arguments: the names wanted;
// none: all. Logs that are not ours to ship are looked for in $TUTTI_SHARED_DATA.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/engine/simulation.h"
#include "sim/report/wait_stats.h"
#include "sim/workload/swf_reader.h"
#include "sim/workload/synthetic_source.h"
#include "sim/workload/workload_file.h"

namespace tutti::sim {
namespace {

using planner::Backfill;
using planner::RunTimeSource;

struct Tables {
  base::Interner labels;
  model::ResourceTable resources;
  model::Fields fields;
};

void Print(const std::string& name, double value, const char* unit) {
  std::printf("figure %s %.4f %s\n", name.c_str(), value, unit);
  std::fflush(stdout);
}

[[noreturn]] void Die(const absl::Status& status) {
  std::fprintf(stderr, "sim_bench: %s\n", std::string(status.message()).c_str());
  std::exit(1);
}

SimulationResult Run(JobSource& source, SimulationOptions options) {
  options.core.failed_placements_per_pass = INT32_MAX;
  Tables tables;
  auto result = RunSimulation(source, options, {tables.labels, tables.resources, tables.fields});
  if (!result.ok()) Die(result.status());
  return *std::move(result);
}

// benchmarks: AVEbsld of the KTH-SP2 log on its 100 processors.
void Kth(const std::string& name, Backfill backfill,
         RunTimeSource run_times = RunTimeSource::kDeclared) {
  const char* folder = std::getenv("TUTTI_SHARED_DATA");
  const std::string path = std::string(folder == nullptr ? "" : folder) + "/swf/KTH-SP2-1996-2.swf";
  if (!std::filesystem::exists(path)) {
    std::fprintf(stderr, "sim_bench: no %s: set TUTTI_SHARED_DATA; %s is left out\n", path.c_str(),
                 name.c_str());
    return;
  }
  auto file = OpenWorkloadFile(path, "log");
  if (!file.ok()) Die(file.status());
  auto reader = SwfReader::Open(*std::move(file), path, {});
  if (!reader.ok()) Die(reader.status());
  SimulationOptions options;
  options.core.backfill = backfill;
  options.core.run_times = run_times;
  double worst = 0;
  options.on_start = [&](const SimulationOptions::Start& start) {
    worst = std::max(
        worst, WaitStats::BoundedSlowdown(start.start_ms - start.submit_ms, start.job.run_ms));
  };
  for (int64_t i = 0; i < (*reader)->header().max_procs; ++i) {
    SimNode node;
    node.name = "n" + std::to_string(i);
    node.allocatable = {{"cpu", 1000}};
    options.nodes.push_back(node);
  }
  const SimulationResult result = Run(**reader, options);
  Print(name, result.report.scalars.ave_bsld, "avebsld");
  std::fprintf(stderr, "  %s: mean wait %.2f s, largest bsld %.0f, utilisation %.4f\n",
               name.c_str(), result.report.scalars.wait.mean_s, worst,
               result.report.scalars.utilisation[0].second);
}

// Gangs of `members` that come one by one to a cluster of 1,000 nodes which they fill to four
// fifths.
SimulationResult BestFit(int64_t jobs, int64_t members, double& seconds) {
  SyntheticOptions synthetic;
  synthetic.jobs = jobs;
  synthetic.members = {{members, 1}};
  synthetic.mean_gap_ms = 10 * members;
  synthetic.median_run_ms = 60'000;
  synthetic.sigma_milli = 500;
  synthetic.gpus_per_member = {{1, 50}, {2, 25}, {4, 25}};
  auto source = SyntheticSource::Make(synthetic);
  if (!source.ok()) Die(source.status());
  SimulationOptions options;
  for (int i = 0; i < 1000; ++i) {
    SimNode node;
    node.name = "n" + std::to_string(i);
    node.allocatable = {{"cpu", 128'000}, {"memory", int64_t{512} << 30}};
    node.gpus = 16;
    options.nodes.push_back(node);
  }
  const auto before = std::chrono::steady_clock::now();
  SimulationResult result = Run(*source, options);
  seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  return result;
}

void Placements(const std::string& name, int64_t members) {
  double seconds = 0;
  const SimulationResult result = BestFit(300'000 / members, members, seconds);
  Print(name, static_cast<double>(result.members_placed) / seconds, "placements/s");
  std::fprintf(stderr, "  %s: GPU utilisation %.3f, mean wait %.3f s\n", name.c_str(),
               result.report.scalars.utilisation.back().second, result.report.scalars.wait.mean_s);
}

double PeakMiB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void Million(const std::string& name) {
  double seconds = 0;
  BestFit(1'000'000, 1, seconds);
  Print(name, PeakMiB(), "MiB");
  std::fprintf(stderr, "  %s: %.1f s\n", name.c_str(), seconds);
}

int Main(const std::vector<std::string>& wanted) {
  const auto run = [&](const std::string& name, const auto& function) {
    const bool named = std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    if (wanted.empty() || named) function(name);
  };
  run("sim_placements_bestfit", [](const std::string& name) { Placements(name, 20); });
  run("sim_placements_bestfit_single", [](const std::string& name) { Placements(name, 1); });
  run("swf_kthsp2_fcfs", [](const std::string& name) { Kth(name, Backfill::kNone); });
  run("swf_kthsp2_easy", [](const std::string& name) { Kth(name, Backfill::kEasy); });
  run("swf_kthsp2_easysjbf",
      [](const std::string& name) { Kth(name, Backfill::kEasyShortestFirst); });
  run("swf_kthsp2_learned", [](const std::string& name) {
    Kth(name, Backfill::kEasyShortestFirst, RunTimeSource::kLearned);
  });
  run("sim_million_jobs_rss", Million);  // last: the peak is the process's
  return 0;
}

}  // namespace
}  // namespace tutti::sim

int main(int argc, char** argv) {
  return tutti::sim::Main(std::vector<std::string>(argv + 1, argv + argc));
}
