// demo: a real control plane, Tutti as its extender, gangs that compete, and what became of them.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"
#include "tests/support/control_plane/control_plane.h"
#include "tests/support/control_plane/kubelet.h"
#include "tests/support/control_plane/tutti_process.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using SteadyClock = std::chrono::steady_clock;

struct Job {
  std::string name;
  int members;
  std::string cpu;
  bool expect_bound;
  SteadyClock::time_point created;
  double bound_after = -1;  // seconds
};

class Demo {
 public:
  int Run(bool wait);

 private:
  bool Start();
  void Submit(const std::string& name, int members, const std::string& cpu, bool expect_bound);
  bool WaitBound(const std::string& name);
  std::string WhyWaiting(const std::string& name);
  void PrintTable();
  void PrintHowToGoOn();
  void Say(const std::string& text) const { std::cout << text << std::endl; }
  bool Fail(const std::string& what) {
    Say("demo FAILED: " + what);
    return false;
  }

  std::unique_ptr<ControlPlane> plane_;
  std::unique_ptr<Kubelet> kubelet_;
  std::unique_ptr<TuttiProcess> tutti_;
  std::vector<Job> jobs_;
};

bool Demo::Start() {
  Say("Starting etcd and kube-apiserver v1.37.2 (real ones, on loopback) ...");
  absl::StatusOr<std::unique_ptr<ControlPlane>> plane = ControlPlane::Start();
  if (!plane.ok()) return Fail(plane.status().ToString());
  plane_ = *std::move(plane);
  NodeTemplate node;
  node.cpu = "8";
  if (const absl::Status status = plane_->AddNodes(4, node); !status.ok())
    return Fail(status.ToString());
  plane_->WaitFor([&] { return plane_->Get("/api/v1/namespaces/default").ok(); });
  kubelet_ = std::make_unique<Kubelet>(plane_->client());
  Say("Adding 4 nodes of 8 CPU. They are Node objects only: no container runs, everything is "
      "scheduled.");
  absl::StatusOr<TuttiProcess> tutti = TuttiProcess::Start(*plane_, TuttiOptions());
  if (!tutti.ok()) return Fail(tutti.status().ToString());
  tutti_ = std::make_unique<TuttiProcess>(*std::move(tutti));
  Say("Starting Tutti: extender on " + tutti_->door("extender") + ", admission webhook on " +
      tutti_->door("webhook") + ".");
  SchedulerOptions scheduler;
  scheduler.extender = tutti_->door("extender");
  if (const absl::Status status = plane_->StartScheduler(scheduler); !status.ok())
    return Fail(status.ToString());
  Say("Starting a stock kube-scheduler with Tutti as its extender.\n");
  return true;
}

void Demo::Submit(const std::string& name, int members, const std::string& cpu, bool expect_bound) {
  jobs_.push_back({name, members, cpu, expect_bound, SteadyClock::now()});
  const absl::Status status = plane_->CreatePods(members, name, GangPod(name, members, cpu));
  if (!status.ok()) Say("  could not create " + name + ": " + status.ToString());
}

bool Demo::WaitBound(const std::string& name) {
  Job& job =
      *std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& j) { return j.name == name; });
  int shown = -1;
  const bool live = ::isatty(STDOUT_FILENO) == 1;
  const bool bound = plane_->WaitFor(
      [&] {
        const int now = plane_->CountBound(name, "default");
        if (now != shown && live)
          std::cout << absl::StrFormat("\r  %-8s %d of %d bound ", name, now, job.members)
                    << std::flush;
        shown = now;
        return now == job.members;
      },
      std::chrono::seconds(30));
  job.bound_after = std::chrono::duration<double>(SteadyClock::now() - job.created).count();
  if (live) std::cout << "\r\x1b[K";
  if (!bound)
    return Fail(absl::StrFormat("only %d of %d pods of %s were bound: %s", shown, job.members, name,
                                WhyWaiting(name)));
  Say(absl::StrFormat("  %s: all %d pods bound after %.2f s.", name, job.members, job.bound_after));
  return true;
}

std::string Demo::WhyWaiting(const std::string& name) {
  std::string latest;
  const absl::StatusOr<json> events =
      plane_->Get("/apis/events.k8s.io/v1/namespaces/default/events");
  if (!events.ok()) return latest;
  std::string when;
  for (const json& event : events->at("items")) {
    const std::string note = event.value("note", "");
    const std::string prefix = "gang " + name + ": ";
    const std::string time = event["metadata"].value("creationTimestamp", "") +
                             event["metadata"].value("resourceVersion", "");
    if (note.starts_with(prefix) && event["type"] == "Warning" && time >= when) {
      when = time;
      latest = note.substr(prefix.size());
    }
  }
  return latest;
}

void Demo::PrintTable() {
  Say("");
  Say(absl::StrFormat("%-9s %-8s %-5s %-12s %-24s %s", "GANG", "MEMBERS", "CPU", "BOUND AFTER",
                      "NODES", "WHY IT WAITS"));
  std::map<std::string, std::set<std::string>> nodes;
  for (const json& pod : plane_->Pods("default")) {
    if (!pod["spec"].contains("nodeName") || !pod["metadata"].contains("annotations")) continue;
    nodes[pod["metadata"]["annotations"].value("tutti.dev/gang", "")].insert(
        pod["spec"]["nodeName"]);
  }
  for (const Job& job : jobs_) {
    const bool bound = job.bound_after >= 0;
    Say(absl::StrFormat("%-9s %-8d %-5s %-12s %-24s %s", job.name, job.members, job.cpu,
                        bound ? absl::StrFormat("%.2f s", job.bound_after) : "-",
                        bound ? absl::StrJoin(nodes[job.name], ",") : "-",
                        bound ? "" : WhyWaiting(job.name)));
  }
}

void Demo::PrintHowToGoOn() {
  Say("\nGo on by hand, in another terminal:");
  Say("  export KUBECONFIG=" + plane_->kubeconfig());
  Say("  alias kubectl=" + plane_->binaries() + "/kubectl");
  Say("  kubectl get pods -o wide");
  Say("  kubectl get events --field-selector reason=ExceedsCluster");
  Say("  kubectl delete pod -l '!none' --grace-period=0 --force     # makes room");
  Say("  curl http://" + tutti_->door("metrics") + "/metrics");
  Say("Logs: " + plane_->dir() + "/*.log");
}

int Demo::Run(bool wait) {
  if (!Start()) return 1;
  Say("1. Gang train-a: 16 pods of 1 CPU. It fits, so every pod is pinned while it is created.");
  Submit("train-a", 16, "1", true);
  if (!WaitBound("train-a")) return 1;
  Say("2. Gang train-b: 24 pods of 1 CPU, but only 16 CPU are free. It must wait, whole, holding "
      "nothing.");
  Submit("train-b", 24, "1", true);
  Say("3. Gang huge: 40 pods of 1 CPU on a cluster of 32 CPU. It can never fit, and must hold "
      "nobody up.");
  Submit("huge", 40, "1", false);
  const bool told = plane_->WaitFor(
      [&] {
        return WhyWaiting("train-b").starts_with("WaitingForCapacity") &&
               WhyWaiting("huge").starts_with("ExceedsCluster");
      },
      std::chrono::seconds(20));
  if (!told) return Fail("the waiting gangs gave no reasons"), 1;
  if (plane_->CountBound("train-b", "default") + plane_->CountBound("huge", "default") != 0)
    return Fail("a waiting gang was bound in part"), 1;
  Say("   train-b says: " + WhyWaiting("train-b"));
  Say("   huge says:    " + WhyWaiting("huge"));
  Say("4. train-a finishes; train-b takes its room at once.");
  kubelet_->Finish("train-a");
  if (!WaitBound("train-b")) return 1;
  Say("5. Four pods of no gang pass through as ever.");
  if (!plane_->CreatePods(4, "plain", PodTemplate{}).ok() ||
      !plane_->WaitFor([&] { return plane_->CountBound("plain", "default") == 4; })) {
    return Fail("the plain pods were not bound"), 1;
  }
  PrintTable();
  if (!wait) return 0;  // the cluster ends with us: nothing to go on with
  PrintHowToGoOn();
  Say("\nThe cluster stays up until you press Enter.");
  std::string line;
  std::getline(std::cin, line);
  return 0;
}

}  // namespace
}  // namespace tutti::testing

int main(int argc, char** argv) {
  CLI::App app{"A real control plane with Tutti, and gangs that compete"};
  bool no_wait = false;
  app.add_flag("--no-wait", no_wait, "End after the summary, also on a terminal");
  CLI11_PARSE(app, argc, argv);
  return tutti::testing::Demo().Run(!no_wait && ::isatty(STDIN_FILENO) == 1);
}
