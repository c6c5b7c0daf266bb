#include "cli/doctor/cluster_checks.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "cli/doctor/cluster_reader.h"
#include "cli/doctor/rbac_checks.h"
#include "cli/doctor/scheduler_pod_checks.h"
#include "cli/doctor/webhook_checks.h"
#include "cli/human.h"

namespace tutti::cli {
namespace {

using nlohmann::json;

constexpr int kOldestMinor = 30;  // scheduling gates are stable since then
constexpr int kTestedFrom = 36;
constexpr int kTestedTo = 37;

json Parse(const std::string& text) {
  json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return document.is_object() ? document : json::object();
}

std::string Text(const json& object, const char* pointer) {
  const json::json_pointer at(pointer);
  return object.contains(at) && object[at].is_string() ? object[at].get<std::string>() : "";
}

// False where nothing answers.
bool CheckVersion(ClusterReader& reader) {
  const absl::StatusOr<std::string> body = reader.Get("/version");
  if (!body.ok()) {
    reader.Add(Verdict::kProblem, "cluster/api-server", std::string(body.status().message()),
               "check the kubeconfig: --kubeconfig, --context");
    return false;
  }
  const json version = Parse(*body);
  const std::string text = Text(version, "/gitVersion");
  int minor = 0;
  std::string digits = Text(version, "/minor");
  digits = digits.substr(0, digits.find_first_not_of("0123456789"));  // "31+" of managed clusters
  if (!absl::SimpleAtoi(digits, &minor)) {
    reader.Add(Verdict::kWarning, "cluster/version", "the API server does not say its version");
  } else if (minor < kOldestMinor) {
    reader.Add(Verdict::kProblem, "cluster/version",
               absl::StrFormat("%s has no stable scheduling gates", text),
               absl::StrFormat("Tutti needs 1.%d or newer", kOldestMinor));
  } else if (minor < kTestedFrom || minor > kTestedTo) {
    reader.Add(Verdict::kWarning, "cluster/version", text,
               absl::StrFormat("Tutti is tested with 1.%d and 1.%d", kTestedFrom, kTestedTo));
  } else {
    reader.Add(Verdict::kOk, "cluster/version", text);
  }
  return true;
}

// `kubernetes_feature_enabled{name="X",stage="BETA"} 1` in the metrics; empty: no such gate.
std::string FeatureGate(std::string_view metrics, std::string_view name) {
  const std::string key = absl::StrFormat("\nkubernetes_feature_enabled{name=\"%s\"", name);
  const size_t at = metrics.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view line = metrics.substr(at + 1, metrics.find('\n', at + 1) - at - 1);
  return std::string(line.substr(line.rfind(' ') + 1));
}

void CheckFeatureGates(ClusterReader& reader) {
  const absl::StatusOr<std::string> metrics = reader.Get("/metrics");
  if (!metrics.ok()) {
    return reader.Skip("cluster/feature-gates", metrics.status(),
                       "get the non-resource URL /metrics");
  }
  // Gone where the feature can no longer be turned off.
  if (FeatureGate(*metrics, "PodSchedulingReadiness") == "0") {
    reader.Add(Verdict::kProblem, "cluster/PodSchedulingReadiness",
               "is off: gangs that must wait cannot be gated",
               "start kube-apiserver and kube-scheduler without turning it off");
  } else {
    reader.Add(Verdict::kOk, "cluster/PodSchedulingReadiness", "on");
  }
  const bool native = FeatureGate(*metrics, "GenericWorkload") == "1";
  reader.Add(Verdict::kOk, "cluster/GenericWorkload",
             native ? "on: native PodGroups (scheduling.k8s.io) can be used"
                    : "off: no native PodGroups; the other dialects do not need it");
}

void CheckPodGroups(ClusterReader& reader) {
  const absl::StatusOr<std::string> body = reader.Get("/apis/scheduling.x-k8s.io/v1alpha1");
  if (body.ok()) {
    return reader.Add(Verdict::kOk, "cluster/podgroups",
                      "the PodGroup of scheduler-plugins is installed");
  }
  if (!absl::IsNotFound(body.status()))
    return reader.Skip("cluster/podgroups", body.status(), "get /apis");
  reader.Add(Verdict::kOk, "cluster/podgroups",
             "the PodGroup of scheduler-plugins is not installed; who uses it applies "
             "deploy/crds/scheduling.x-k8s.io_podgroups.yaml");
}

void CheckProvisioning(ClusterReader& reader, const config::Configuration* tutti) {
  constexpr char kCheck[] = "cluster/provisioning";
  if (tutti == nullptr || !tutti->provisioning.enabled()) return;
  const absl::StatusOr<std::string> body = reader.Get("/apis/autoscaling.x-k8s.io/v1");
  if (body.ok()) {
    return reader.Add(Verdict::kOk, kCheck,
                      "ProvisioningRequests (autoscaling.x-k8s.io/v1) are served");
  }
  if (!absl::IsNotFound(body.status())) return reader.Skip(kCheck, body.status(), "get /apis");
  reader.Add(Verdict::kProblem, kCheck,
             "provisioning.className is set, but autoscaling.x-k8s.io/v1 is not served: no gang "
             "gets nodes",
             "install the ProvisioningRequest CRD of the Cluster Autoscaler and start that with "
             "--enable-provisioning-requests, or remove the section provisioning");
}

// One Lease: who holds it, and whether it is alive.
void CheckLease(ClusterReader& reader, const base::Clock& clock, const std::string& check,
                const std::string& ns, const std::string& name, const std::string& whose) {
  const absl::StatusOr<std::string> body =
      reader.Get(absl::StrFormat("/apis/coordination.k8s.io/v1/namespaces/%s/leases/%s", ns, name));
  if (absl::IsNotFound(body.status())) {
    return reader.Add(Verdict::kProblem, check,
                      absl::StrFormat("there is no Lease %s/%s: %s", ns, name, whose),
                      "start it, or correct the name of the Lease");
  }
  if (!body.ok()) return reader.Skip(check, body.status(), "get leases in " + ns);
  const json lease = Parse(*body);
  const std::string holder = Text(lease, "/spec/holderIdentity");
  absl::Time renewed;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, Text(lease, "/spec/renewTime"), &renewed, &error) ||
      holder.empty()) {
    return reader.Add(Verdict::kProblem, check,
                      absl::StrFormat("nobody holds the Lease %s/%s: %s", ns, name, whose),
                      "start it, and see its log where it runs");
  }
  const json::json_pointer seconds_at("/spec/leaseDurationSeconds");
  const int64_t seconds = lease.contains(seconds_at) && lease[seconds_at].is_number_integer()
                              ? lease[seconds_at].get<int64_t>()
                              : 15;
  const absl::Duration age = absl::FromUnixNanos(clock.WallNanos()) - renewed;
  if (age > absl::Seconds(seconds)) {
    return reader.Add(
        Verdict::kProblem, check,
        absl::StrFormat("%s held the Lease %s/%s and last renewed it %s ago: %s", holder, ns, name,
                        HumanAge(absl::ToDoubleSeconds(age)), whose),
        "start it, and see its log where it runs");
  }
  reader.Add(Verdict::kOk, check, absl::StrFormat("%s/%s is held by %s", ns, name, holder));
}

void CheckLeases(ClusterReader& reader, const base::Clock& clock,
                 const config::Configuration* tutti) {
  const bool follows =
      tutti != nullptr && tutti->leader_election.mode == config::LeaderElectionMode::kFollow;
  CheckLease(reader, clock, "cluster/kube-scheduler",
             follows ? tutti->leader_election.lease_namespace : "kube-system",
             follows ? tutti->leader_election.lease_name : "kube-scheduler",
             "no kube-scheduler leads");
  if (tutti != nullptr && tutti->leader_election.mode == config::LeaderElectionMode::kOwn) {
    CheckLease(reader, clock, "cluster/leader", tutti->leader_election.lease_namespace,
               tutti->leader_election.lease_name, "no replica of Tutti leads");
  }
}

}  // namespace

Findings CheckCluster(kube::Client& client, const base::Clock& clock,
                      const ClusterQuestions& questions) {
  ClusterReader reader(client, questions.timeout);
  if (!CheckVersion(reader)) return std::move(reader.findings);
  CheckFeatureGates(reader);
  CheckPodGroups(reader);
  CheckSchedulerPods(reader);
  CheckLeases(reader, clock, questions.tutti);
  CheckProvisioning(reader, questions.tutti);
  CheckWebhook(reader, questions.tutti);
  CheckRights(reader, questions.service_account, questions.tutti);
  return std::move(reader.findings);
}

}  // namespace tutti::cli
