// plugin_demo: the commands of docs/plugin-author-guide.md, run as they stand there: from nothing
// to a plugin that a running server asks and the real kube-scheduler obeys.
#include <sys/wait.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "tests/support/control_plane/control_plane.h"
#include "tests/support/control_plane/tutti_process.h"

namespace tutti::testing {
namespace {

using nlohmann::json;
using SteadyClock = std::chrono::steady_clock;

constexpr char kGuide[] = "docs/plugin-author-guide.md";

// The shell commands below `<!-- plugin-demo: NAME -->`.
std::string CommandsOf(const std::string& guide, const std::string& name) {
  const size_t marker = guide.find("<!-- plugin-demo: " + name + " -->");
  const size_t begin = guide.find("```sh\n", marker);
  const size_t end = guide.find("```\n", begin + 6);
  if (marker == std::string::npos || end == std::string::npos) return "";
  return guide.substr(begin + 6, end - begin - 6);
}

class PluginDemo {
 public:
  // `prefix`: where `make install` has put everything.
  explicit PluginDemo(std::string prefix) : prefix_(std::move(prefix)) {}
  int Run();

 private:
  bool StartControlPlane();
  // Runs what the guide says, in the folder of before; tells the commands, and all output where
  // they fail.
  bool RunGuide(const std::string& name);
  bool StartTutti();
  bool Answers();
  bool Schedules();
  bool Fail(const std::string& what) {
    std::cout << "plugin-demo FAILED: " << what << std::endl;
    return false;
  }

  const std::string prefix_;
  TempDir dir_;
  std::unique_ptr<ControlPlane> plane_;
  std::unique_ptr<TuttiProcess> tutti_;
};

bool PluginDemo::StartControlPlane() {
  std::cout << "Starting a control plane (real ones, on loopback) with two nodes ..." << std::endl;
  absl::StatusOr<std::unique_ptr<ControlPlane>> plane = ControlPlane::Start();
  if (!plane.ok()) return Fail(plane.status().ToString());
  plane_ = *std::move(plane);
  if (const absl::Status status = plane_->AddNodes(2); !status.ok()) return Fail(status.ToString());
  return plane_->WaitFor([&] { return plane_->Get("/api/v1/namespaces/default").ok(); });
}

bool PluginDemo::RunGuide(const std::string& name) {
  const std::string commands = CommandsOf(ReadFile(kGuide), name);
  if (commands.empty()) return Fail(std::string(kGuide) + " has no commands called " + name);
  std::cout << "\n" << commands << std::flush;
  const std::string script = dir_.path() + "/" + name + ".sh";
  const std::string log = dir_.path() + "/" + name + ".log";
  WriteFile(script, commands);
  const std::string shell = absl::StrFormat(
      "cd '%s' && PATH='%s/bin:%s':$PATH KUBECONFIG='%s' CMAKE_PREFIX_PATH='%s' "
      "bash -euo pipefail '%s' >'%s' 2>&1",
      dir_.path(), prefix_, plane_->binaries(), plane_->kubeconfig(), prefix_, script, log);
  if (std::system(shell.c_str()) == 0) return true;  // NOLINT(concurrency-mt-unsafe)
  return Fail(absl::StrFormat("these commands (%s):\n%s", name, Tail(log, 8000)));
}

bool PluginDemo::StartTutti() {
  const std::string manifest = ReadFile(dir_.path() + "/match_model/manifest.yaml");
  const size_t plugins = manifest.find("plugins:\n");
  if (plugins == std::string::npos) return Fail("the manifest has no plugins");
  TuttiOptions options;
  options.extra = manifest.substr(plugins);
  absl::StatusOr<TuttiProcess> tutti = TuttiProcess::Start(*plane_, options);
  if (!tutti.ok()) return Fail(tutti.status().ToString());
  tutti_ = std::make_unique<TuttiProcess>(*std::move(tutti));
  return true;
}

// The extender's filter, asked as kube-scheduler would, lets the pod go to the one node alone.
bool PluginDemo::Answers() {
  PodTemplate pod;
  pod.annotations["example.com/model"] = "large";
  const json args = {
      {"Pod", PodJson("probe", pod)}, {"Nodes", nullptr}, {"NodeNames", {"node-0", "node-1"}}};
  std::string reply;
  const bool answered = plane_->WaitFor(
      [&] {
        reply = tutti_->Post("extender", "/filter", args.dump());
        return reply.find("\"NodeNames\":[\"node-0\"]") != std::string::npos &&
               reply.find("tutti/MatchModel") != std::string::npos;
      },
      std::chrono::seconds(10));
  return answered || Fail("the plugin does not answer; filter says: " + reply);
}

bool PluginDemo::Schedules() {
  SchedulerOptions scheduler;
  scheduler.extender = tutti_->door("extender");
  if (const absl::Status status = plane_->StartScheduler(scheduler); !status.ok())
    return Fail(status.ToString());
  if (!RunGuide("schedule")) return false;
  std::cout << ReadFile(dir_.path() + "/schedule.log");
  const absl::StatusOr<json> pod = plane_->Get("/api/v1/namespaces/default/pods/wants-large");
  if (!pod.ok() || (*pod)["spec"].value("nodeName", "") != "node-0")
    return Fail("wants-large is not on node-0");
  const double judged =
      tutti_->Metric("tutti_plugin_counters_total{counter=\"MatchModel/pods_judged\"");
  if (judged < 2) return Fail("the plugin's counter has not counted");
  std::cout << absl::StrFormat(
      "tutti_plugin_counters_total{counter=\"MatchModel/pods_judged\"} %.0f\n\n", judged);
  return true;
}

int PluginDemo::Run() {
  // The cluster is there before the author begins.
  if (!StartControlPlane() || !RunGuide("nodes")) return 1;
  const auto begin = SteadyClock::now();
  if (!RunGuide("project") || !StartTutti() || !Answers()) return 1;
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
  std::cout << absl::StrFormat("Loaded and answering after %.1f s.\n", seconds);
  if (!Schedules()) return 1;
  std::cout << absl::StrFormat("figure plugin_template_seconds %.1f s\n", seconds);
  return 0;
}

}  // namespace
}  // namespace tutti::testing

int main(int argc, char** argv) {
  CLI::App app{"From a template to a plugin that the real kube-scheduler obeys"};
  std::string prefix;
  app.add_option("prefix", prefix, "Where make install has put everything")->required();
  CLI11_PARSE(app, argc, argv);
  return tutti::testing::PluginDemo(prefix).Run();
}
