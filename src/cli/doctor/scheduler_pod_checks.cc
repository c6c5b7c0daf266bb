#include "cli/doctor/scheduler_pod_checks.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"

namespace tutti::cli {
namespace {

using nlohmann::json;

constexpr char kCheck[] = "cluster/scheduler-flags";
// The label of kubeadm's static Pods.
constexpr char kPods[] =
    "/api/v1/namespaces/kube-system/pods?labelSelector=component%3Dkube-scheduler";

std::string Name(const json& pod) {
  const json::json_pointer at("/metadata/name");
  return pod.is_object() && pod.contains(at) && pod[at].is_string() ? pod[at].get<std::string>()
                                                                    : "?";
}

// Command and arguments of its containers.
std::vector<std::string> Flags(const json& pod) {
  std::vector<std::string> flags;
  const json::json_pointer at("/spec/containers");
  if (!pod.is_object() || !pod.contains(at) || !pod[at].is_array()) return flags;
  for (const json& container : pod[at]) {
    for (const char* key : {"command", "args"}) {
      if (!container.is_object() || !container.contains(key)) continue;
      for (const json& word : container[key]) {
        if (word.is_string()) flags.push_back(word.get<std::string>());
      }
    }
  }
  return flags;
}

// The value of "--config=FILE" or "--config FILE"; empty: not given.
std::string Value(const std::vector<std::string>& flags, const std::string& name) {
  for (size_t i = 0; i < flags.size(); ++i) {
    if (flags[i].starts_with(name + "=")) return flags[i].substr(name.size() + 1);
    if (flags[i] == name && i + 1 < flags.size()) return flags[i + 1];
  }
  return {};
}

void CheckPod(ClusterReader& reader, const json& pod) {
  const std::vector<std::string> flags = Flags(pod);
  const std::string config = Value(flags, "--config");
  const std::string gates = Value(flags, "--feature-gates");
  if (config.empty()) {
    return reader.Add(Verdict::kProblem, kCheck,
                      absl::StrFormat("%s runs without --config: it has no extender", Name(pod)),
                      "start it with --config and a file as in deploy/kube-scheduler");
  }
  reader.Add(Verdict::kOk, kCheck,
             absl::StrFormat("%s: --config=%s%s%s", Name(pod), config,
                             gates.empty() ? "" : ", --feature-gates=", gates));
}

}  // namespace

void CheckSchedulerPods(ClusterReader& reader) {
  const absl::StatusOr<std::string> body = reader.Get(kPods);
  if (!body.ok()) return reader.Skip(kCheck, body.status(), "list pods in kube-system");
  const json pods = json::parse(*body, nullptr, /*allow_exceptions=*/false);
  const bool some = pods.is_object() && pods.contains("items") && pods["items"].is_array() &&
                    !pods["items"].empty();
  if (!some) {
    return reader.Add(Verdict::kSkipped, kCheck,
                      "kube-scheduler does not run as a Pod with the label "
                      "component=kube-scheduler: its flags cannot be seen",
                      "check on its machine that it has --config");
  }
  for (const json& pod : pods["items"]) CheckPod(reader, pod);
}

}  // namespace tutti::cli
