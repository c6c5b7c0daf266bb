// The openb experiments: GPU allocation at 130 % demand for each list of pods and policy, the mean
// of several seeds, and how fast the core placed them. Prints lines: figure NAME VALUE UNIT; what
// was published goes to standard error beside them.
//
//   openb_bench DATA [--lists default,cpu050] [--policies fgd,bestfit] [--seeds 10] [--out
//   openb.json]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "plugins/builtin_plugins.h"
#include "sim/openb/openb_policy.h"
#include "sim/openb/openb_run.h"

namespace tutti::sim {
namespace {

constexpr int kDemandPercent = 130;
constexpr uint64_t kFirstSeed = 42;  // as published

struct Options {
  std::string data;
  std::vector<std::string> lists;
  std::vector<std::string> policies = OpenbPolicies();
  int seeds = 10;
  std::string out;
};

std::string ListName(const std::filesystem::path& file) {
  const std::string stem = file.stem().string();
  constexpr std::string_view kPrefix = "openb_pod_list_";
  return stem.starts_with(kPrefix) ? stem.substr(kPrefix.size()) : std::string();
}

std::vector<std::string> ListsIn(const std::string& data) {
  std::vector<std::string> lists;
  for (const auto& entry : std::filesystem::directory_iterator(data)) {
    if (std::string name = ListName(entry.path()); !name.empty()) lists.push_back(std::move(name));
  }
  std::sort(lists.begin(), lists.end());
  return lists;
}

// The last column, 130 % demand, of the published runs: by list and policy, the mean of the seeds.
std::map<std::string, double> Published(const std::string& data) {
  const std::map<std::string, std::string> policies = {
      {"01-Random", "random"},      {"02-DotProd", "dotprod"}, {"03-GpuClustering", "clustering"},
      {"04-GpuPacking", "packing"}, {"05-BestFit", "bestfit"}, {"06-FGD", "fgd"}};
  std::map<std::string, std::pair<double, int>> sums;
  std::ifstream in(data + "/expected_results/analysis_allo_discrete.csv");
  std::string line;
  while (std::getline(in, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    const auto policy = cells.size() > 6 ? policies.find(cells[1]) : policies.end();
    double value = 0;
    if (policy == policies.end() || !absl::SimpleAtod(cells.back(), &value)) continue;
    auto& [sum, count] = sums["openb_" + ListName(cells[0]) + "_" + policy->second];
    sum += value;
    ++count;
  }
  std::map<std::string, double> means;
  for (const auto& [name, sum] : sums) means[name] = sum.first / sum.second;
  return means;
}

struct Outcome {
  double allocation_percent = 0;
  double placements_per_second = 0;
};

Outcome Run(const framework::PluginRegistry& registry, const std::string& policy,
            const OpenbWorkload& list, uint64_t seed) {
  const OpenbWorkload workload = NamedAnew(list, seed);
  absl::StatusOr<std::unique_ptr<OpenbRun>> run = OpenbRun::Make(registry, policy, workload);
  if (!run.ok()) {
    std::fprintf(stderr, "%s\n", std::string(run.status().message()).c_str());
    std::exit(1);
  }
  const std::vector<size_t> arrivals = OpenbArrivals(workload, kDemandPercent, seed);
  const auto start = std::chrono::steady_clock::now();
  for (const size_t pod : arrivals) (*run)->Arrive(pod);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  (*run)->Check();
  for (const std::string& line : (*run)->result().broken)
    std::fprintf(stderr, "broken: %s\n", line.c_str());
  const OpenbResult& result = (*run)->result();
  return {result.allocation_percent(workload), static_cast<double>(result.placed) / took.count()};
}

int Main(const Options& options) {
  framework::PluginRegistry registry;
  for (const PluginDescriptor& descriptor : BuiltinPlugins()) {
    if (!registry.AddBuiltin(descriptor).ok()) return 1;
  }
  const std::map<std::string, double> published = Published(options.data);
  std::map<std::string, std::vector<double>> speeds;
  nlohmann::json figures;
  for (const std::string& list : options.lists) {
    const absl::StatusOr<OpenbWorkload> workload =
        LoadOpenb(options.data + "/openb_node_list_gpu_node.csv",
                  options.data + "/openb_pod_list_" + list + ".csv");
    if (!workload.ok()) {
      std::fprintf(stderr, "%s\n", std::string(workload.status().message()).c_str());
      return 1;
    }
    for (const std::string& policy : options.policies) {
      double sum = 0;
      for (int seed = 0; seed < options.seeds; ++seed) {
        const Outcome outcome =
            Run(registry, policy, *workload, kFirstSeed + static_cast<uint64_t>(seed));
        sum += outcome.allocation_percent;
        speeds[policy].push_back(outcome.placements_per_second);
      }
      const std::string name = "openb_" + list + "_" + policy;
      const double mean = sum / options.seeds;
      figures[name]["percent"] = std::round(mean * 100) / 100;
      absl::PrintF("figure %s %.2f %%\n", name, mean);
      std::fflush(stdout);
      const auto known = published.find(name);
      if (known == published.end()) continue;
      figures[name]["published"] = std::round(known->second * 100) / 100;
      absl::FPrintF(stderr, "%s: published %.2f, off by %+.2f\n", name, known->second,
                    mean - known->second);
    }
  }
  if (!options.out.empty()) std::ofstream(options.out) << figures.dump(1) << "\n";
  for (const char* policy : {"fgd", "bestfit"}) {
    std::vector<double>& of = speeds[policy];
    if (of.empty()) continue;
    std::nth_element(of.begin(), of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2), of.end());
    absl::PrintF("figure sim_placements_%s%s %.0f placements/s\n", policy,
                 std::string_view(policy) == "fgd" ? "" : "_openb", of[of.size() / 2]);
  }
  return 0;
}

}  // namespace
}  // namespace tutti::sim

int main(int argc, char** argv) {
  CLI::App app{"The openb experiments, simulated, against the published results"};
  tutti::sim::Options options;
  app.add_option("data", options.data, "Folder of the openb CSV files")
      ->required()
      ->check(CLI::ExistingDirectory);
  app.add_option("--lists", options.lists, "Lists of pods, separated by commas; all")
      ->delimiter(',');
  app.add_option("--policies", options.policies, "Policies, separated by commas; all")
      ->delimiter(',');
  app.add_option("--seeds", options.seeds, "Runs of each, with seeds from 42 on")
      ->check(CLI::PositiveNumber);
  app.add_option("--out", options.out, "JSON report of the allocations, which hang on no machine");
  CLI11_PARSE(app, argc, argv);
  if (options.lists.empty()) options.lists = tutti::sim::ListsIn(options.data);
  return tutti::sim::Main(options);
}
