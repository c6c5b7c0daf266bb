// openb-e2e: an openb experiment through the real kube-scheduler, against the simulator.
//
// The same nodes, pods and order of arrival. A pod is created when the one before it has been
// answered; the admission webhook places it in its CREATE, or it is gated, which is the protocol's
// "does not fit": it is deleted, and the next one arrives once Tutti has seen that. Allocation is
// what the API server lists as bound in the end, each device at most once.
#include <CLI/CLI.hpp>
#include <cmath>
#include <fstream>
#include <iostream>
#include <map>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "nlohmann/json.hpp"
#include "plugins/builtin_plugins.h"
#include "sim/openb/openb_policy.h"
#include "sim/openb/openb_run.h"
#include "tests/e2e/bench/machine.h"
#include "tests/support/control_plane/control_plane.h"
#include "tests/support/control_plane/tutti_process.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using sim::OpenbWorkload;

struct Options {
  std::string data;
  std::string list = "default";
  std::string policy = "fgd";
  int demand_percent = 130;
  uint64_t seed = 42;
  std::string out;
};

absl::StatusOr<sim::OpenbResult> Simulate(const Options& options, const OpenbWorkload& workload,
                                          const std::vector<size_t>& arrivals) {
  framework::PluginRegistry registry;
  for (const PluginDescriptor& descriptor : BuiltinPlugins())
    TUTTI_RETURN_IF_ERROR(registry.AddBuiltin(descriptor));
  TUTTI_ASSIGN_OR_RETURN(std::unique_ptr<sim::OpenbRun> run,
                         sim::OpenbRun::Make(registry, options.policy, workload));
  for (const size_t pod : arrivals) run->Arrive(pod);
  return run->result();
}

// The arguments of a plugin as JSON, which is YAML.
json ArgsJson(const std::vector<ConfigEntry>& entries) {
  json args = json::object();
  for (const ConfigEntry& entry : entries) {
    json& value = args[json::json_pointer(entry.pointer)];
    if (entry.kind == ConfigKind::kInteger) {
      value = std::stoll(entry.text);
    } else {
      value = entry.text;
    }
  }
  return args;
}

std::string TuttiYaml(const Options& options, const OpenbWorkload& workload) {
  const framework::PluginSpec spec = *sim::OpenbPolicy(options.policy, workload);
  const json plugins = json::array({{{"name", spec.name}, {"args", ArgsJson(spec.args)}}});
  return absl::StrFormat("devices: {enabled: true}\nplacement: {tieBreak: NodeName}\nplugins: %s\n",
                         plugins.dump());
}

std::string Text(const std::string& resource, int64_t amount) {
  return resource == "cpu" ? absl::StrFormat("%dm", amount) : absl::StrFormat("%d", amount);
}

absl::Status AddNodes(ControlPlane& plane, const OpenbWorkload& workload) {
  std::map<std::string, NodeTemplate> nodes;
  for (const sim::SimNode& node : workload.nodes) {
    NodeTemplate& described = nodes[node.name];
    for (const auto& [resource, amount] : node.allocatable)
      (resource == "cpu" ? described.cpu : described.memory) = Text(resource, amount);
    described.pods = 4096;  // the tables know no such limit
    if (node.gpus > 0) described.extended["nvidia.com/gpu"] = std::to_string(node.gpus);
    if (!node.gpu_model.empty()) described.labels[sim::kOpenbModelLabel] = node.gpu_model;
  }
  return plane.AddNodes(nodes);
}

PodTemplate Describe(const sim::Role& role, const std::string& name) {
  PodTemplate pod;
  pod.requests.clear();
  for (const auto& [resource, amount] : role.requests)
    pod.requests[resource] = Text(resource, amount);
  if (role.gpus == 0) {
    // Nothing else would make it ours: pods without a GPU are left to kube-scheduler.
    pod.annotations = {{"tutti.dev/gang", name}, {"tutti.dev/min-member", "1"}};
  } else if (role.gpu_milli < 1000) {
    pod.annotations = {{"tutti.dev/gpu-milli", std::to_string(role.gpu_milli)}};
  } else {
    pod.annotations = {{"tutti.dev/gpu-count", std::to_string(role.gpus)}};
  }
  if (!role.gpu_models.empty()) {
    const json term = {{"matchExpressions", json::array({{{"key", sim::kOpenbModelLabel},
                                                          {"operator", "In"},
                                                          {"values", role.gpu_models}}})}};
    const json node_affinity = {{"requiredDuringSchedulingIgnoredDuringExecution",
                                 {{"nodeSelectorTerms", json::array({term})}}}};
    pod.extra_spec = json{{"affinity", {{"nodeAffinity", node_affinity}}}}.dump();
  }
  return pod;
}

class LiveRun {
 public:
  LiveRun(ControlPlane& plane, TuttiProcess& tutti) : plane_(plane), tutti_(tutti) {}

  // One pod arrives, and is placed or deleted again.
  absl::Status Arrive(const sim::Role& role) {
    const std::string name = absl::StrFormat("pod-%d", arrived_++);
    TUTTI_ASSIGN_OR_RETURN(const json created,
                           plane_.Send("POST", kPods, PodJson(name, Describe(role, name))));
    const json& spec = created["spec"];
    if (!spec.contains("schedulingGates")) {
      ++placed_;
      return absl::OkStatus();
    }
    TUTTI_RETURN_IF_ERROR(
        plane_.Send("DELETE", absl::StrFormat("%s/%s?gracePeriodSeconds=0", kPods, name), nullptr)
            .status());
    if (plane_.WaitFor([&] { return tutti_.Metric("tutti_pending_pods{queue=\"gated\"}") == 0; }))
      return absl::OkStatus();
    return absl::DeadlineExceededError(
        absl::StrFormat("Tutti did not see that %s was deleted", name));
  }

  // GPU milli bound; FailedPrecondition where a device was given twice.
  absl::StatusOr<int64_t> Allocated() {
    if (!plane_.WaitFor([&] { return plane_.CountBound("pod", "default") == placed_; },
                        std::chrono::minutes(5))) {
      return absl::DeadlineExceededError(absl::StrFormat(
          "only %d of %d placed pods were bound", plane_.CountBound("pod", "default"), placed_));
    }
    std::map<std::string, int64_t> devices;
    int64_t sum = 0;
    for (const json& pod : plane_.Pods("default")) {
      const json annotations = pod["metadata"].value("annotations", json::object());
      if (!annotations.contains("tutti.dev/gpu-index")) continue;
      const int64_t each = std::stoll(annotations.value("tutti.dev/gpu-milli", "1000"));
      for (const absl::string_view index :
           absl::StrSplit(annotations["tutti.dev/gpu-index"].get<std::string>(), '-')) {
        const std::string device =
            absl::StrFormat("%s/%s", pod["spec"].value("nodeName", ""), index);
        if ((devices[device] += each) > 1000)
          return absl::FailedPreconditionError("device " + device + " was given twice");
        sum += each;
      }
    }
    return sum;
  }
  int64_t placed() const { return placed_; }

 private:
  static constexpr char kPods[] = "/api/v1/namespaces/default/pods";
  ControlPlane& plane_;
  TuttiProcess& tutti_;
  int64_t arrived_ = 0;
  int64_t placed_ = 0;
};

struct Live {
  int64_t placed = 0;
  int64_t gpu_milli = 0;
};

absl::StatusOr<Live> Drive(const Options& options, const OpenbWorkload& workload,
                           const std::vector<size_t>& arrivals) {
  TUTTI_ASSIGN_OR_RETURN(std::unique_ptr<ControlPlane> plane, ControlPlane::Start());
  TUTTI_RETURN_IF_ERROR(AddNodes(*plane, workload));
  plane->WaitFor([&] { return plane->Get("/api/v1/namespaces/default").ok(); });
  TuttiOptions tutti_options;
  tutti_options.extra = TuttiYaml(options, workload);
  TUTTI_ASSIGN_OR_RETURN(TuttiProcess tutti, TuttiProcess::Start(*plane, tutti_options));
  SchedulerOptions scheduler;
  scheduler.extender = tutti.door("extender");
  TUTTI_RETURN_IF_ERROR(plane->StartScheduler(scheduler));
  LiveRun run(*plane, tutti);
  for (size_t i = 0; i < arrivals.size(); ++i) {
    TUTTI_RETURN_IF_ERROR(run.Arrive(workload.pods[arrivals[i]]));
    if (i % 1000 == 999) {
      std::cerr << absl::StrFormat("%d of %d pods arrived, %d placed\n", i + 1, arrivals.size(),
                                   run.placed());
    }
  }
  TUTTI_ASSIGN_OR_RETURN(const int64_t gpu_milli, run.Allocated());
  return Live{run.placed(), gpu_milli};
}

absl::Status Run(const Options& options) {
  TUTTI_ASSIGN_OR_RETURN(const OpenbWorkload workload,
                         sim::LoadOpenb(options.data + "/openb_node_list_gpu_node.csv",
                                        options.data + "/openb_pod_list_" + options.list + ".csv"));
  const std::vector<size_t> arrivals =
      sim::OpenbArrivals(workload, options.demand_percent, options.seed);
  TUTTI_ASSIGN_OR_RETURN(const sim::OpenbResult simulated, Simulate(options, workload, arrivals));
  TUTTI_ASSIGN_OR_RETURN(const Live live, Drive(options, workload, arrivals));

  const double simulated_percent = simulated.allocation_percent(workload);
  const double live_percent =
      100.0 * static_cast<double>(live.gpu_milli) / static_cast<double>(workload.gpu_milli());
  std::cerr << absl::StrFormat(
      "openb %s, %s, seed %d: %d of %d pods placed (simulated %d), allocation %.2f %% (simulated "
      "%.2f %%)\n",
      options.list, options.policy, options.seed, live.placed, arrivals.size(), simulated.placed,
      live_percent, simulated_percent);
  const std::string figure = absl::StrFormat("e2e_openb_%s_gap", options.list);
  const double gap = std::abs(live_percent - simulated_percent);
  std::cout << absl::StrFormat("figure %s %.3f points", figure, gap) << std::endl;
  if (options.out.empty()) return absl::OkStatus();
  const json report = {{"machine", MachineJson()},
                       {"list", options.list},
                       {"policy", options.policy},
                       {"seed", options.seed},
                       {"nodes", workload.nodes.size()},
                       {"arrived", arrivals.size()},
                       {"placed", live.placed},
                       {"simulated_placed", simulated.placed},
                       {"allocation_percent", live_percent},
                       {"simulated_allocation_percent", simulated_percent},
                       {"figures", {{figure, {{"value", gap}, {"unit", "points"}}}}}};
  std::ofstream(options.out) << report.dump(2) << "\n";
  return absl::OkStatus();
}

}  // namespace
}  // namespace tutti::testing

int main(int argc, char** argv) {
  CLI::App app{"An openb experiment through the real kube-scheduler, against the simulator"};
  tutti::testing::Options options;
  app.add_option("data", options.data, "Folder of the openb tables")->required();
  app.add_option("--list", options.list);
  app.add_option("--policy", options.policy);
  app.add_option("--demand", options.demand_percent, "Per cent of all GPUs");
  app.add_option("--seed", options.seed);
  app.add_option("--out", options.out, "JSON report");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = tutti::testing::Run(options);
  if (status.ok()) return 0;
  std::cerr << status.message() << "\n";
  return 1;
}
