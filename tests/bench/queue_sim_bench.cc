// Queues in virtual time: one line "figure NAME VALUE UNIT" each.
//
// queue_decisions: Kueue's baseline shape: 5 cohorts of 6 queues, 500 workloads each, of 1, 5 and
// 20 cpus. Workloads admitted per second of wall time. share_error: six queues of weights 1 to 4
// share a crowded cluster for a day, some of them with more to do than others; users say that their
// gangs run for longer than they do, and what a queue held counts for less with time. The largest
// difference of a queue's use from the ideal weighted max-min share of what it asked for, in
// percent of the cluster.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "builtin_plugins.h"
#include "framework/host.h"
#include "sim/engine/simulation.h"
#include "tests/support/queue_args.h"

namespace tutti::sim {
namespace {

class ListSource final : public JobSource {
 public:
  explicit ListSource(std::vector<Job> jobs) : jobs_(std::move(jobs)) {
    std::stable_sort(jobs_.begin(), jobs_.end(),
                     [](const Job& a, const Job& b) { return a.submit_ms < b.submit_ms; });
  }
  absl::StatusOr<std::optional<Job>> Next() override {
    return next_ < jobs_.size() ? std::optional(jobs_[next_++]) : std::nullopt;
  }
  const RowErrors& errors() const override { return errors_; }
  const std::vector<Job>& jobs() const { return jobs_; }

 private:
  std::vector<Job> jobs_;
  size_t next_ = 0;
  RowErrors errors_{"list", BadRows::kStop};
};

struct Ran {
  std::string queue;
  int64_t cpus = 0;
  int64_t submit_ms = 0;
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};

std::vector<Ran> Run(ListSource& source, const testing::QueueArgs& queues, int nodes,
                     int64_t cpus_per_node) {
  VirtualClock clock;
  base::Interner labels;
  model::ResourceTable resources;
  model::Fields fields;
  model::ReasonTable reasons;
  framework::HostServices services{resources, fields, reasons, labels, clock, {}, nullptr};
  framework::PluginRegistry registry;
  for (const PluginDescriptor& descriptor : BuiltinPlugins()) {
    if (!registry.AddBuiltin(descriptor).ok()) std::abort();
  }
  const auto profile = framework::Profile::Make(
      registry, {{"HierarchicalQueues", 1, framework::OnError::kDefault, queues.entries(), ""}},
      services);
  if (!profile.ok()) {
    std::fprintf(stderr, "queue_sim_bench: %s\n", std::string(profile.status().message()).c_str());
    std::exit(1);
  }
  SimulationOptions options;
  options.core.failed_placements_per_pass = INT32_MAX;
  options.clock = &clock;
  options.plugins = {profile->get(), &reasons, [](const framework::PluginFailure& failure) {
                       std::fprintf(stderr, "%s failed: %s\n", failure.plugin.c_str(),
                                    failure.message.c_str());
                       std::exit(1);
                     }};
  for (int i = 0; i < nodes; ++i) {
    SimNode node;
    node.name = "n" + std::to_string(i);
    node.allocatable = {{"cpu", 1000 * cpus_per_node}};
    options.nodes.push_back(node);
  }
  std::vector<Ran> ran;
  options.on_start = [&](const SimulationOptions::Start& start) {
    ran.push_back({start.job.queue, start.job.roles[0].count, start.submit_ms, start.start_ms,
                   start.start_ms + start.job.run_ms});
  };
  const auto result = RunSimulation(source, options, {labels, resources, fields});
  if (!result.ok()) {
    std::fprintf(stderr, "queue_sim_bench: %s\n", std::string(result.status().message()).c_str());
    std::exit(1);
  }
  return ran;
}

Job Gang(const std::string& queue, int64_t cpus, int64_t submit_ms, int64_t run_ms) {
  Job job;
  job.name = queue + "-" + std::to_string(submit_ms);
  job.queue = queue;
  job.submit_ms = submit_ms;
  job.run_ms = run_ms;
  Role role;
  role.count = cpus;
  role.requests = {{"cpu", 1000}};
  job.roles = {role};
  return job;
}

void QueueDecisions() {
  testing::QueueArgs queues;
  std::vector<Job> jobs;
  for (int cohort = 0; cohort < 5; ++cohort) {
    const std::string above = "cohort-" + std::to_string(cohort);
    queues.Queue(above).Limit("cpu", "120");
    for (int q = 0; q < 6; ++q) {
      const std::string queue = above + "-" + std::to_string(q);
      queues.Queue(queue, above).Guaranteed("cpu", "20").String("borrowLimit/cpu", "100");
      for (int64_t i = 0; i < 350; ++i) jobs.push_back(Gang(queue, 1, 100 * i, 200));
      for (int64_t i = 0; i < 100; ++i) jobs.push_back(Gang(queue, 5, 500 * i, 500));
      for (int64_t i = 0; i < 50; ++i) jobs.push_back(Gang(queue, 20, 1200 * i, 1000));
    }
  }
  ListSource source(std::move(jobs));
  const auto before = std::chrono::steady_clock::now();
  const std::vector<Ran> ran = Run(source, queues, 640, 1);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - before).count();
  std::printf("figure queue_decisions %.0f gangs/s\n", static_cast<double>(ran.size()) / seconds);
  std::fflush(stdout);
  std::fprintf(stderr, "  queue_decisions: %zu of %zu gangs\n", ran.size(), source.jobs().size());
}

// What each queue would hold: as much as it asks for, at most its part by weight of what is left.
std::vector<double> IdealShares(const std::vector<double>& demand,
                                const std::vector<double>& weights, double capacity) {
  std::vector<double> share(demand.size(), 0);
  std::vector<bool> full(demand.size(), false);
  for (bool again = true; again;) {
    again = false;
    double weight = 0;
    double left = capacity;
    for (size_t q = 0; q < demand.size(); ++q)
      (full[q] ? left : weight) += full[q] ? -share[q] : weights[q];
    for (size_t q = 0; q < demand.size(); ++q) {
      if (full[q]) continue;
      share[q] = left * weights[q] / weight;
      if (demand[q] > share[q]) continue;
      share[q] = demand[q];
      full[q] = again = true;
    }
  }
  return share;
}

struct QueueLoad {
  const char* name;
  double weight;
  double load;  // of the cluster, that its gangs ask for
};
constexpr int64_t kDay = 86'400'000;
constexpr int kCpus = 256;
constexpr QueueLoad kLoads[] = {{"a", 1, 0.30}, {"b", 2, 0.45}, {"c", 3, 0.20},
                                {"d", 4, 0.60}, {"e", 1, 0.05}, {"f", 2, 0.25}};

std::vector<Job> MixedDay() {
  std::mt19937_64 random(11);
  std::vector<Job> jobs;
  constexpr int64_t kSizes[] = {1, 1, 2, 4, 4, 8, 16, 32};
  const double mean_cpu_ms = 8.5 * 600'000;
  for (const QueueLoad& queue : kLoads) {
    const double gap = mean_cpu_ms / (queue.load * kCpus);
    std::exponential_distribution<double> gaps(1 / gap);
    std::exponential_distribution<double> runs(1.0 / 600'000);
    for (double at = gaps(random); at < kDay; at += gaps(random)) {
      const auto run_ms = static_cast<int64_t>(runs(random)) + 1000;
      jobs.push_back(Gang(queue.name, kSizes[random() % 8], static_cast<int64_t>(at), run_ms));
      jobs.back().estimate_ms = run_ms + static_cast<int64_t>(runs(random));
    }
  }
  return jobs;
}

void ShareError() {
  testing::QueueArgs queues;
  for (const QueueLoad& queue : kLoads)
    queues.Queue(queue.name).Integer("weight", static_cast<int64_t>(queue.weight));
  queues.Global("halfLife", "4h");
  ListSource source(MixedDay());
  const std::vector<Ran> ran = Run(source, queues, kCpus / 32, 32);
  // Within the day: demand from submission to end, use from start to end.
  struct Change {
    int64_t at;
    size_t queue;
    double demand;
    double use;
  };
  std::vector<Change> changes;
  std::vector<double> weights;
  for (const QueueLoad& queue : kLoads) weights.push_back(queue.weight);
  for (const Ran& job : ran) {
    const size_t queue = static_cast<size_t>(job.queue[0] - 'a');
    const auto cpus = static_cast<double>(job.cpus);
    changes.push_back({job.submit_ms, queue, cpus, 0});
    changes.push_back({job.start_ms, queue, 0, cpus});
    changes.push_back({job.end_ms, queue, -cpus, -cpus});
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change& a, const Change& b) { return a.at < b.at; });
  std::vector<double> demand(weights.size(), 0), use(demand), used(demand), ideal(demand);
  int64_t now = 0;
  for (const Change& change : changes) {
    if (change.at > kDay) break;
    const auto passed = static_cast<double>(change.at - now);
    const std::vector<double> shares = IdealShares(demand, weights, kCpus);
    for (size_t q = 0; q < use.size(); ++q) {
      used[q] += use[q] * passed;
      ideal[q] += shares[q] * passed;
    }
    now = change.at;
    demand[change.queue] += change.demand;
    use[change.queue] += change.use;
  }
  double worst = 0;
  for (size_t q = 0; q < used.size(); ++q) {
    const double all = static_cast<double>(kCpus) * static_cast<double>(now);
    const double error = 100 * std::abs(used[q] - ideal[q]) / all;
    std::fprintf(stderr, "  share_error: queue %s used %.2f %%, ideal %.2f %%\n", kLoads[q].name,
                 100 * used[q] / all, 100 * ideal[q] / all);
    worst = std::max(worst, error);
  }
  std::printf("figure share_error %.3f %%\n", worst);
}

}  // namespace
}  // namespace tutti::sim

int main() {
  tutti::sim::QueueDecisions();
  tutti::sim::ShareError();
  return 0;
}
