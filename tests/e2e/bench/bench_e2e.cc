// bench-e2e: pods per second through a real kube-scheduler, with Tutti and without.
//
// Drain mode: all pods are created with the scheduler stopped, then it is started; the rate is from
// the first to the last bind as a watch shows them. Creation included: the scheduler runs; from the
// first CREATE to the last bind. Every run has a control plane of its own (etcd in memory, fsync
// off); the order of cases is reversed in every other round; figures are ratios of medians of one
// invocation.
//
// e2e_queues: 15,000 jobs, each a gang of one pod, as the jobs of a batch system are. They ask for
// six times what 640 nodes have, and end as soon as they run, so most of them wait in their queues
// and take turns: 30 leaves below 5 queues, 500 jobs in each. The rate (jobs are admitted one for
// one, so it is that of pods) is over that of the same jobs in the one queue there is without the
// plugin.
// e2e_doomed: 500 pods of no gang beside 1,000 gangs that fit no node, over the same pods alone.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <thread>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "kube/reflector.h"
#include "nlohmann/json.hpp"
#include "tests/e2e/bench/machine.h"
#include "tests/support/control_plane/control_plane.h"
#include "tests/support/control_plane/kubelet.h"
#include "tests/support/control_plane/test_certificates.h"
#include "tests/support/control_plane/tutti_process.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using SteadyClock = std::chrono::steady_clock;

enum class Kind { kPlain, kGang, kNativeGang };

struct Case {
  std::string name;
  Kind kind = Kind::kPlain;
  bool tutti = false;
  bool managed_resource = false;  // kube-scheduler sends us only pods that ask for our resource
  bool created = false;           // creation included
  int gangs = 0;
  bool tls = false;          // at the extender's door, with client certificates
  std::string figure = {};   // that it is for: --only knows it by that name, too
  int nodes = 0;             // of its own; 0: as many as were asked for
  int pods = 0;              // likewise
  std::string cpu = "100m";  // of a pod of a gang
  bool ends = false;         // pods succeed as soon as they run
  bool queues = false;       // gangs wait in 30 queues
  int doomed = 0;            // gangs of two beside them that fit no node
};

struct Result {
  double pods_per_second = 0;
  double cpu_ms_per_pod = 0;  // of our server
  double resident_mb = 0;
  double connections_per_pod = 0;  // to the extender's door
};

struct Sizes {
  int nodes = 1000;
  int pods = 10000;
  int repeats = 3;
};

Sizes SizesOf(const Case& c, Sizes asked) {
  if (c.nodes > 0) asked.nodes = c.nodes;
  if (c.pods > 0) asked.pods = c.pods;
  return asked;
}

constexpr int kTopQueues = 5;
constexpr int kLeavesPerTop = 6;
constexpr int kJobsPerLeaf = 500;
constexpr int kJobs = kTopQueues * kLeavesPerTop * kJobsPerLeaf;

// Jobs that wait, in queues or in one.
Case Jobs(const std::string& name, bool queues) {
  Case c{name, Kind::kGang, true, false, false, kJobs};
  c.figure = "e2e_queues";
  c.nodes = 640;
  c.pods = kJobs;
  c.cpu = "4";
  c.ends = true;
  c.queues = queues;
  return c;
}

// Pods of no gang, beside gangs that fit nowhere.
Case Small(const std::string& name, int doomed) {
  Case c{name, Kind::kPlain, true, false, false, 0};
  c.figure = "e2e_doomed";
  c.pods = 500;
  c.doomed = doomed;
  return c;
}

std::vector<Case> Cases() {
  return {
      {"plain", Kind::kPlain, false, false, false, 0},
      {"gang500x20", Kind::kGang, true, false, false, 500},
      {"gang500x20_managed", Kind::kGang, true, true, false, 500},
      {"gang500x20_tls", Kind::kGang, true, false, false, 500, true},
      {"gang20x500", Kind::kGang, true, false, false, 20},
      {"gang1x10000", Kind::kGang, true, false, false, 1},
      {"native500x20", Kind::kNativeGang, false, false, false, 500},
      {"native20x500", Kind::kNativeGang, false, false, false, 20},
      {"native1x10000", Kind::kNativeGang, false, false, false, 1},
      {"plain_extender_managed", Kind::kPlain, true, true, false, 0},
      {"plain_extender_all", Kind::kPlain, true, false, false, 0},
      {"created_plain", Kind::kPlain, false, false, true, 0},
      {"created_gang500x20", Kind::kGang, true, false, true, 500},
      Jobs("jobs", false),
      Jobs("jobs_in_queues", true),
      Small("small", 0),
      Small("small_beside_doomed", 1000),
  };
}

// Counts bound pods as a watch shows them, and notes when the first and the last one came. Streams
// end when the reader is slow for a moment; the reflector resumes, so pods are counted by name.
class BindCounter final : public kube::ReflectorSink {
 public:
  BindCounter(ControlPlane& plane, int expected) : expected_(expected) {
    kube::ReflectorOptions options;
    options.path = "/api/v1/pods";
    options.field_selector = "spec.nodeName!=";
    reflector_ = std::make_unique<kube::Reflector>(plane.client(), clock_, *this, options);
  }

  void OnListStart() override {}
  void OnListPage(std::string_view page) override { CountNames(page); }
  void OnListDone() override {}
  void OnWatchEvent(kube::WatchEventType, std::string_view pod) override { CountNames(pod); }

  // False where nothing moved for `stall`.
  bool WaitForAll(base::Duration stall) {
    int before = -1;
    auto progress = SteadyClock::now();
    while (bound_ < expected_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      if (bound_ != before) {
        before = bound_;
        progress = SteadyClock::now();
      } else if (SteadyClock::now() - progress > stall) {
        return false;
      }
    }
    return true;
  }
  int bound() const { return bound_; }
  SteadyClock::time_point first() const { return first_; }
  SteadyClock::time_point last() const { return last_; }

 private:
  void CountNames(std::string_view text) {
    static constexpr std::string_view kName = R"("metadata":{"name":")";
    for (size_t at = text.find(kName); at != std::string_view::npos; at = text.find(kName, at)) {
      at += kName.size();
      if (!names_.emplace(text.substr(at, text.find('"', at) - at)).second) continue;
      last_ = SteadyClock::now();
      if (bound_ == 0) first_ = last_;
      ++bound_;
    }
  }

  const int expected_;
  base::SystemClock clock_;
  std::set<std::string> names_;
  std::atomic<int> bound_{0};
  SteadyClock::time_point first_;
  SteadyClock::time_point last_;
  std::unique_ptr<kube::Reflector> reflector_;
};

std::string Leaf(int number) { return absl::StrFormat("leaf-%d", number); }

// Each leaf is guaranteed its part of the cluster of Jobs, and may borrow five times as much.
std::string QueuesYaml() {
  std::string yaml = "plugins:\n- name: HierarchicalQueues\n  args:\n    queues:\n";
  for (int top = 0; top < kTopQueues; ++top) {
    yaml += absl::StrFormat("    - name: top-%d\n", top);
    for (int leaf = 0; leaf < kLeavesPerTop; ++leaf) {
      yaml += absl::StrFormat(
          "    - {name: %s, parent: top-%d, guaranteed: {cpu: 340}, borrowLimit: {cpu: 1700}}\n",
          Leaf(top * kLeavesPerTop + leaf), top);
    }
  }
  return yaml;
}

std::function<PodTemplate(int)> Describe(const Case& c, const Sizes& sizes) {
  const int members = c.gangs > 0 ? sizes.pods / c.gangs : 0;
  return [=](int i) {
    PodTemplate pod;
    if (c.kind == Kind::kGang) {
      pod = GangPod(absl::StrFormat("g%d", i / members), members, c.cpu);
      if (c.queues)
        pod.labels["tutti.dev/queue"] = Leaf(i / members % (kTopQueues * kLeavesPerTop));
    }
    if (c.kind == Kind::kNativeGang) {
      pod.extra_spec =
          absl::StrFormat(R"({"schedulingGroup":{"podGroupName":"g%d"}})", i / members);
    }
    return pod;
  };
}

absl::Status CreateNativeGroups(ControlPlane& plane, const Case& c, const Sizes& sizes) {
  for (int g = 0; c.kind == Kind::kNativeGang && g < c.gangs; ++g) {
    const json group = {
        {"apiVersion", "scheduling.k8s.io/v1beta1"},
        {"kind", "PodGroup"},
        {"metadata", {{"name", absl::StrFormat("g%d", g)}}},
        {"spec", {{"schedulingPolicy", {{"gang", {{"minCount", sizes.pods / c.gangs}}}}}}}};
    TUTTI_RETURN_IF_ERROR(
        plane.Send("POST", "/apis/scheduling.k8s.io/v1beta1/namespaces/default/podgroups", group)
            .status());
  }
  return absl::OkStatus();
}

// No node has as much as one of them asks for.
absl::Status CreateDoomed(ControlPlane& plane, const Case& c) {
  return plane.CreatePods(2 * c.doomed, "doomed", [](int i) {
    return GangPod(absl::StrFormat("doomed%d", i / 2), 2, "100");
  });
}

double Seconds(SteadyClock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

// As many creations at a time as a controller makes, where they are part of what is measured. The
// API server keeps 25 connections to a webhook: with more at a time, most of what is measured is
// TLS handshakes.
ControlPlaneOptions PlaneFor(const Case& c) {
  ControlPlaneOptions options;
  if (c.created) options.client_in_flight = 20;
  if (c.kind == Kind::kNativeGang) {
    options.feature_gates = {"GenericWorkload=true"};
    options.runtime_config = {"scheduling.k8s.io/v1beta1=true"};
  }
  return options;
}

TuttiOptions TuttiFor(const Case& c, const TestCertificates& certificates) {
  TuttiOptions options;
  if (c.managed_resource) options.webhook_extra = "  markPods: true\n";
  if (c.queues) options.extra = QueuesYaml();
  if (c.tls) {
    options.extender_extra =
        absl::StrFormat(", tls: {certFile: %s, keyFile: %s, clientCAFile: %s}",
                        certificates.server_cert(), certificates.server_key(), certificates.ca());
  }
  return options;
}

SchedulerOptions SchedulerFor(const Case& c, const TuttiProcess& tutti,
                              const TestCertificates& certificates) {
  SchedulerOptions options;
  if (!c.tutti) return options;
  options.extender = tutti.door("extender");
  if (c.tls) {
    options.https = true;
    options.extra_extender = absl::StrFormat(
        "  enableHTTPS: true\n  tlsConfig: {caFile: %s, certFile: %s, keyFile: %s}\n",
        certificates.ca(), certificates.client_cert(), certificates.client_key());
  }
  if (c.managed_resource) {
    options.extra_extender =
        "  managedResources: [{name: tutti.dev/gang-member, ignoredByScheduler: true}]\n";
  }
  return options;
}

// Creates the pods and starts the scheduler, in the order of the case. From when on it counts where
// creation is included.
absl::StatusOr<SteadyClock::time_point> Begin(ControlPlane& plane, const Case& c,
                                              const Sizes& sizes,
                                              const SchedulerOptions& scheduler) {
  if (!c.created) {
    TUTTI_RETURN_IF_ERROR(CreateDoomed(plane, c));
    TUTTI_RETURN_IF_ERROR(plane.CreatePods(sizes.pods, "p", Describe(c, sizes)));
    TUTTI_RETURN_IF_ERROR(plane.StartScheduler(scheduler));
    return SteadyClock::now();
  }
  TUTTI_RETURN_IF_ERROR(plane.StartScheduler(scheduler));
  // It must be up before the clock starts: a first pod is bound.
  TUTTI_RETURN_IF_ERROR(plane.CreatePods(1, "warm", PodTemplate{}));
  if (!plane.WaitFor([&] { return plane.CountBound("warm", "default") == 1; }))
    return absl::DeadlineExceededError("the scheduler did not start");
  const SteadyClock::time_point begin = SteadyClock::now();
  TUTTI_RETURN_IF_ERROR(plane.CreatePods(sizes.pods, "p", Describe(c, sizes)));
  return begin;
}

absl::StatusOr<Result> Run(const Case& c, const Sizes& asked) {
  const Sizes sizes = SizesOf(c, asked);
  TUTTI_ASSIGN_OR_RETURN(std::unique_ptr<ControlPlane> plane, ControlPlane::Start(PlaneFor(c)));
  TUTTI_RETURN_IF_ERROR(plane->AddNodes(sizes.nodes));
  plane->WaitFor([&] { return plane->Get("/api/v1/namespaces/default").ok(); });
  const TestCertificates certificates;
  TuttiProcess tutti;
  if (c.tutti) {
    TUTTI_ASSIGN_OR_RETURN(tutti, TuttiProcess::Start(*plane, TuttiFor(c, certificates)));
  }
  TUTTI_RETURN_IF_ERROR(CreateNativeGroups(*plane, c, sizes));
  std::unique_ptr<Kubelet> kubelet;
  if (c.ends) {
    kubelet = std::make_unique<Kubelet>(plane->client());
    kubelet->Finish("p");
  }
  BindCounter binds(*plane, sizes.pods + (c.created ? 1 : 0));
  const base::Duration cpu_before = c.tutti ? tutti.process().cpu_time() : base::Duration(0);
  TUTTI_ASSIGN_OR_RETURN(const SteadyClock::time_point begin,
                         Begin(*plane, c, sizes, SchedulerFor(c, tutti, certificates)));
  if (!binds.WaitForAll(std::chrono::seconds(60))) {
    return absl::DeadlineExceededError(absl::StrFormat(
        "only %d of %d pods were bound; nothing moved for 60 s", binds.bound(), sizes.pods));
  }
  Result result;
  result.pods_per_second =
      (sizes.pods - 1) / Seconds(binds.last() - (c.created ? begin : binds.first()));
  if (c.tutti) {
    const base::Duration spent = tutti.process().cpu_time() - cpu_before;
    result.cpu_ms_per_pod = std::chrono::duration<double, std::milli>(spent).count() / sizes.pods;
    result.connections_per_pod =
        tutti.Metric("tutti_http_connections_total{door=\"extender\"") / sizes.pods;
    result.resident_mb = static_cast<double>(tutti.process().resident_bytes()) / 1e6;
  }
  return result;
}

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

class Report {
 public:
  void Add(const std::string& name, const Result& result) {
    rates_[name].push_back(result.pods_per_second);
    if (result.cpu_ms_per_pod > 0) cpu_[name].push_back(result.cpu_ms_per_pod);
  }
  void AddFailure(const std::string& name, const absl::Status& status) {
    failures_[name] = status.ToString();
  }

  double Rate(const std::string& name) const {
    const auto it = rates_.find(name);
    return it == rates_.end() ? 0 : Median(it->second);
  }
  void PrintRatio(const std::string& figure, const std::string& of, const std::string& over) {
    if (Rate(of) > 0 && Rate(over) > 0) Print(figure, Rate(of) / Rate(over), "ratio");
  }
  void Print(const std::string& figure, double value, const std::string& unit) {
    std::cout << absl::StrFormat("figure %s %.3f %s", figure, value, unit) << std::endl;
    figures_[figure] = {{"value", value}, {"unit", unit}};
  }
  void PrintAll() {
    for (const auto& [name, rates] : rates_) Print("rate_" + name, Median(rates), "pods/s");
    for (const std::string gang : {"gang500x20", "gang20x500", "gang1x10000"}) {
      PrintRatio("e2e_" + gang, gang, "plain");
      PrintRatio("e2e_" + gang + "_over_native", gang, "native" + gang.substr(4));
    }
    PrintRatio("e2e_created_gang500x20", "created_gang500x20", "created_plain");
    PrintRatio("e2e_plain_with_extender", "plain_extender_managed", "plain");
    PrintRatio("e2e_plain_through_filter", "plain_extender_all", "plain");
    PrintRatio("e2e_gang500x20_tls", "gang500x20_tls", "gang500x20");
    // Aims: at least 0.9.
    PrintRatio("e2e_queues", "jobs_in_queues", "jobs");
    PrintRatio("e2e_doomed", "small_beside_doomed", "small");
    const auto cpu = cpu_.find("gang500x20");
    if (cpu != cpu_.end()) Print("e2e_cpu_per_pod", Median(cpu->second), "ms");
  }
  void Write(const std::string& path, const Sizes& sizes) const {
    const json report = {{"machine", MachineJson()}, {"nodes", sizes.nodes},
                         {"pods", sizes.pods},       {"etcd_fsync", false},
                         {"rates", rates_},          {"cpu_ms_per_pod", cpu_},
                         {"failures", failures_},    {"figures", figures_}};
    std::ofstream(path) << report.dump(2) << "\n";
  }

 private:
  std::map<std::string, std::vector<double>> rates_;
  std::map<std::string, std::vector<double>> cpu_;
  std::map<std::string, std::string> failures_;
  std::map<std::string, json> figures_;
};

// `only` names it, or its figure, or nothing at all.
bool Wanted(const Case& c, const std::string& only) {
  const auto named = [&](const std::string& name) {
    return !name.empty() && ("," + only + ",").find("," + name + ",") != std::string::npos;
  };
  return only.empty() || named(c.name) || named(c.figure);
}

int Main(const Sizes& sizes, const std::string& only, const std::string& out) {
  Report report;
  for (int round = 0; round < sizes.repeats; ++round) {
    std::vector<Case> cases = Cases();
    if (round % 2 == 1) std::reverse(cases.begin(), cases.end());
    for (const Case& c : cases) {
      if (!Wanted(c, only)) continue;
      const absl::StatusOr<Result> result = Run(c, sizes);
      if (!result.ok()) {
        std::cout << absl::StrFormat("round %d %-24s did not complete: %s", round, c.name,
                                     result.status().message())
                  << std::endl;
        report.AddFailure(c.name, result.status());
        continue;
      }
      std::cout
          << absl::StrFormat(
                 "round %d %-24s %7.1f pods/s  %.3f ms CPU per pod  %.0f MB  %.4f connections "
                 "per pod",
                 round, c.name, result->pods_per_second, result->cpu_ms_per_pod,
                 result->resident_mb, result->connections_per_pod)
          << std::endl;
      report.Add(c.name, *result);
    }
  }
  report.PrintAll();
  if (!out.empty()) report.Write(out, sizes);
  return 0;
}

}  // namespace
}  // namespace tutti::testing

int main(int argc, char** argv) {
  CLI::App app{"Pods per second through a real kube-scheduler"};
  tutti::testing::Sizes sizes;
  std::string only;
  std::string out;
  app.add_option("--nodes", sizes.nodes);
  app.add_option("--pods", sizes.pods);
  app.add_option("--repeats", sizes.repeats);
  app.add_option("--only", only, "Cases or figures, separated by commas");
  app.add_option("--out", out, "JSON report");
  CLI11_PARSE(app, argc, argv);
  return tutti::testing::Main(sizes, only, out);
}
