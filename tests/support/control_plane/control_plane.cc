#include "tests/support/control_plane/control_plane.h"

#include <signal.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "kube/api.h"
#include "nlohmann/json.hpp"

namespace tutti::testing {
namespace {

using nlohmann::json;

constexpr char kToken[] = "tutti-test-admin";
// The service account of deploy/rbac.yaml, as the API server would name it.
constexpr char kServiceAccountToken[] = "tutti-test-service-account";
constexpr base::Duration kPoll = std::chrono::milliseconds(20);
constexpr base::Duration kStartDeadline = std::chrono::seconds(90);

std::string CacheDir() {
  if (const char* cache = std::getenv("TUTTI_CACHE")) return cache;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME")) return std::string(xdg) + "/tutti";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "/root") + "/.cache/tutti";
}

kube::ClientOptions ClientOptionsFor(const ControlPlaneOptions& options) {
  kube::ClientOptions client;
  client.max_in_flight = options.client_in_flight;
  return client;
}

json Quantities(const NodeTemplate& node) {
  json quantities = {
      {"cpu", node.cpu}, {"memory", node.memory}, {"pods", std::to_string(node.pods)}};
  for (const auto& [name, amount] : node.extended) quantities[name] = amount;
  return quantities;
}

}  // namespace

std::string ControlPlaneBinaries(const std::string& version) {
  return CacheDir() + "/control-plane/" + version;
}

bool ControlPlaneCached(const std::string& version) {
  return std::filesystem::exists(ControlPlaneBinaries(version) + "/kube-apiserver") &&
         std::filesystem::exists(ControlPlaneBinaries(version) + "/kube-scheduler");
}

json NodeJson(const std::string& name, const NodeTemplate& node) {
  json labels = {{"kubernetes.io/hostname", name}};
  for (const auto& [key, value] : node.labels) labels[key] = value;
  return {{"apiVersion", "v1"},
          {"kind", "Node"},
          {"metadata", {{"name", name}, {"labels", labels}}},
          {"status",
           {{"capacity", Quantities(node)},
            {"allocatable", Quantities(node)},
            {"conditions",
             json::array({{{"type", "Ready"}, {"status", "True"}, {"reason", "Test"}}})}}}};
}

json PodJson(const std::string& name, const PodTemplate& pod) {
  json spec = {
      {"containers",
       json::array({{{"name", "main"},
                     {"image", "none"},
                     {"resources", {{"requests", pod.requests}, {"limits", json::object()}}}}})}};
  for (const auto& [resource, amount] : pod.requests) {
    // Extended resources need equal limits.
    if (resource.find('/') != std::string::npos)
      spec["containers"][0]["resources"]["limits"][resource] = amount;
  }
  if (!pod.extra_spec.empty()) spec.update(json::parse(pod.extra_spec));
  json metadata = {{"name", name}, {"namespace", pod.ns}};
  if (!pod.annotations.empty()) metadata["annotations"] = pod.annotations;
  if (!pod.labels.empty()) metadata["labels"] = pod.labels;
  return {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", metadata}, {"spec", spec}};
}

PodTemplate GangPod(const std::string& gang, int min_member, const std::string& cpu) {
  PodTemplate pod;
  pod.annotations = {{"tutti.dev/gang", gang},
                     {"tutti.dev/min-member", std::to_string(min_member)}};
  pod.requests = {{"cpu", cpu}, {"memory", "64Mi"}};
  return pod;
}

ControlPlane::ControlPlane(ControlPlaneOptions options)
    : options_(std::move(options)), binaries_(ControlPlaneBinaries(options_.version)) {}

ControlPlane::~ControlPlane() {
  client_.reset();
  PauseApiServer(false);
}

absl::StatusOr<std::unique_ptr<ControlPlane>> ControlPlane::Start(ControlPlaneOptions options) {
  if (!ControlPlaneCached(options.version)) {
    return absl::NotFoundError(absl::StrFormat("no control plane %s in %s; run: make deps",
                                               options.version,
                                               ControlPlaneBinaries(options.version)));
  }
  // A port that was free may be taken a moment later: try again with others.
  absl::Status last;
  for (int attempt = 0; attempt < 3; ++attempt) {
    std::unique_ptr<ControlPlane> plane(new ControlPlane(options));
    last = plane->StartEtcd();
    if (last.ok()) last = plane->StartApiServer();
    if (last.ok() && options.controller_manager) last = plane->StartControllerManager();
    if (last.ok()) return plane;
  }
  return last;
}

absl::Status ControlPlane::StartEtcd() {
  etcd_port_ = FreePort();
  const std::string client_url = absl::StrFormat("http://127.0.0.1:%d", etcd_port_);
  TUTTI_ASSIGN_OR_RETURN(
      etcd_,
      Process::Start({"etcd", "--data-dir", dir_.path() + "/etcd", "--unsafe-no-fsync",
                      "--listen-client-urls", client_url, "--advertise-client-urls", client_url,
                      "--listen-peer-urls", absl::StrFormat("http://127.0.0.1:%d", FreePort()),
                      "--quota-backend-bytes", "8589934592"},
                     Log("etcd")));
  return absl::OkStatus();
}

absl::Status ControlPlane::StartApiServer() {
  api_port_ = FreePort();
  const std::string& d = dir_.path();
  WriteFile(d + "/tokens.csv", absl::StrFormat("%s,admin,admin,\"system:masters\"\n"
                                               "%s,system:serviceaccount:kube-system:tutti,tutti,"
                                               "\"system:serviceaccounts\"\n",
                                               kToken, kServiceAccountToken));
  const std::string make_key = "openssl genrsa -out " + d + "/sa.key 2048 2>/dev/null";
  if (std::system(make_key.c_str()) != 0)
    return absl::InternalError("openssl could not make a key; is it installed?");
  std::vector<std::string> command = {
      binaries_ + "/kube-apiserver",
      absl::StrFormat("--etcd-servers=http://127.0.0.1:%d", etcd_port_),
      absl::StrFormat("--secure-port=%d", api_port_),
      "--bind-address=127.0.0.1",
      "--cert-dir=" + d + "/certs",
      "--service-account-key-file=" + d + "/sa.key",
      "--service-account-signing-key-file=" + d + "/sa.key",
      "--service-account-issuer=https://kubernetes.default.svc",
      "--token-auth-file=" + d + "/tokens.csv",
      "--authorization-mode=RBAC",
      "--service-cluster-ip-range=10.0.0.0/24",
      "--disable-admission-plugins=ServiceAccount",
      "--max-requests-inflight=3000",
      "--max-mutating-requests-inflight=3000"};
  if (!options_.feature_gates.empty())
    command.push_back("--feature-gates=" + absl::StrJoin(options_.feature_gates, ","));
  if (!options_.runtime_config.empty()) {
    command.push_back("--runtime-config=" + absl::StrJoin(options_.runtime_config, ","));
  }
  TUTTI_ASSIGN_OR_RETURN(api_server_, Process::Start(std::move(command), Log("kube-apiserver")));
  kubeconfig_ = KubeconfigFor(url(), "kubeconfig");
  TUTTI_ASSIGN_OR_RETURN(kube::Credentials credentials, kube::LoadKubeconfig(kubeconfig_));
  TUTTI_ASSIGN_OR_RETURN(
      client_, kube::Client::Create(std::move(credentials), clock_, ClientOptionsFor(options_)));
  return WaitReady();
}

std::string ControlPlane::url() const { return absl::StrFormat("https://127.0.0.1:%d", api_port_); }

std::string ControlPlane::ServiceAccountKubeconfig() {
  return KubeconfigFor(url(), "kubeconfig-service-account", kServiceAccountToken);
}

absl::StatusOr<std::unique_ptr<kube::Client>> ControlPlane::ClientOf(
    const std::string& ns, const std::string& service_account) {
  const std::string accounts = "/api/v1/namespaces/" + ns + "/serviceaccounts";
  const absl::Status made = Send("POST", accounts,
                                 {{"apiVersion", "v1"},
                                  {"kind", "ServiceAccount"},
                                  {"metadata", {{"name", service_account}}}})
                                .status();
  if (!made.ok() && !absl::IsAlreadyExists(made)) return made;
  TUTTI_ASSIGN_OR_RETURN(const json answer,
                         Send("POST", accounts + "/" + service_account + "/token",
                              {{"apiVersion", "authentication.k8s.io/v1"},
                               {"kind", "TokenRequest"},
                               {"spec", json::object()}}));
  const std::string file = KubeconfigFor(url(), "kubeconfig-" + ns + "-" + service_account,
                                         answer["status"]["token"].get<std::string>());
  TUTTI_ASSIGN_OR_RETURN(kube::Credentials credentials, kube::LoadKubeconfig(file));
  return kube::Client::Create(std::move(credentials), clock_);
}

std::string ControlPlane::KubeconfigFor(const std::string& server, const std::string& name) {
  return KubeconfigFor(server, name, kToken);
}

std::string ControlPlane::KubeconfigFor(const std::string& server, const std::string& name,
                                        const std::string& token) {
  const json config = {
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"current-context", "tutti"},
      {"clusters",
       json::array({{{"name", "tutti"},
                     {"cluster", {{"server", server}, {"insecure-skip-tls-verify", true}}}}})},
      {"users", json::array({{{"name", "admin"}, {"user", {{"token", token}}}}})},
      {"contexts",
       json::array({{{"name", "tutti"}, {"context", {{"cluster", "tutti"}, {"user", "admin"}}}}})}};
  const std::string file = dir_.path() + "/" + name;
  WriteFile(file, config.dump(1));
  return file;
}

absl::Status ControlPlane::WaitReady() {
  const bool ready = WaitFor(
      [this] {
        if (!api_server_.running() || !etcd_.running()) return true;
        kube::Request request;
        request.path = "/readyz";
        request.timeout = std::chrono::seconds(2);
        const absl::StatusOr<kube::Response> reply = client_->Call(std::move(request));
        return reply.ok() && reply->status == 200;
      },
      kStartDeadline);
  if (ready && api_server_.running() && etcd_.running()) return absl::OkStatus();
  return absl::UnavailableError("kube-apiserver did not become ready:\n" +
                                Tail(Log("kube-apiserver")));
}

absl::Status ControlPlane::StartControllerManager() {
  TUTTI_ASSIGN_OR_RETURN(
      controller_manager_,
      Process::Start({binaries_ + "/kube-controller-manager", "--kubeconfig=" + kubeconfig_,
                      "--leader-elect=false", "--secure-port=0", "--kube-api-qps=2000",
                      absl::StrFormat("--use-service-account-credentials=%s",
                                      options_.controller_accounts ? "true" : "false"),
                      "--kube-api-burst=2000", "--concurrent-gc-syncs=4",
                      "--controllers=job-controller,garbage-collector-controller,pod-garbage-"
                      "collector-controller,"
                      "namespace-controller"},
                     Log("kube-controller-manager")));
  return absl::OkStatus();
}

absl::Status ControlPlane::StartScheduler(const SchedulerOptions& o) {
  std::string config = absl::StrFormat(
      "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n"
      "clientConnection: {kubeconfig: %s, qps: 5000, burst: 5000}\n"
      "leaderElection: {leaderElect: %s, leaseDuration: 5s, renewDeadline: 3s, retryPeriod: 1s}\n"
      "percentageOfNodesToScore: %d\n",
      kubeconfig_, o.leader_elect ? "true" : "false", o.percentage_of_nodes_to_score);
  if (!o.extender.empty()) {
    config += absl::StrFormat(
        "extenders:\n- urlPrefix: %s://%s\n  filterVerb: filter\n  preemptVerb: preempt\n  "
        "bindVerb: bind\n"
        "  nodeCacheCapable: %s\n  ignorable: false\n  httpTimeout: %ds\n",
        o.https ? "https" : "http", o.extender, o.node_cache_capable ? "true" : "false",
        o.extender_timeout / std::chrono::seconds(1));
    if (o.prioritize) config += "  prioritizeVerb: prioritize\n  weight: 1\n";
    config += o.extra_extender;
  }
  const std::string file = absl::StrFormat("%s/scheduler-%s.yaml", dir_.path(), o.name);
  WriteFile(file, config);
  std::vector<std::string> command = {binaries_ + "/kube-scheduler", "--config=" + file,
                                      "--secure-port=0"};
  if (!options_.feature_gates.empty() && options_.gates_of_scheduler)
    command.push_back("--feature-gates=" + absl::StrJoin(options_.feature_gates, ","));
  TUTTI_ASSIGN_OR_RETURN(schedulers_[o.name],
                         Process::Start(std::move(command), Log("kube-scheduler-" + o.name)));
  return absl::OkStatus();
}

void ControlPlane::StopScheduler(const std::string& name) { schedulers_.erase(name); }

void ControlPlane::PauseApiServer(bool pause) {
  pause ? api_server_.Pause() : api_server_.Resume();
}

absl::Status ControlPlane::SendAll(std::vector<kube::Request> requests) {
  struct Progress {
    std::mutex mutex;
    std::condition_variable all_done;
    size_t missing;
    absl::Status first_error;
  };
  const auto progress = std::make_shared<Progress>();
  progress->missing = requests.size();
  for (kube::Request& request : requests) {
    request.timeout = std::chrono::seconds(120);
    const std::string what = request.method + " " + request.path;
    kube::SendForStatus(*client_, std::move(request), [progress, what](const absl::Status& status) {
      const std::lock_guard<std::mutex> lock(progress->mutex);
      if (!status.ok() && progress->first_error.ok()) {
        progress->first_error =
            absl::Status(status.code(), absl::StrFormat("%s: %s", what, status.message()));
      }
      if (--progress->missing == 0) progress->all_done.notify_all();
    });
  }
  std::unique_lock<std::mutex> lock(progress->mutex);
  progress->all_done.wait(lock, [&] { return progress->missing == 0; });
  return progress->first_error;
}

absl::Status ControlPlane::AddNodes(const std::map<std::string, NodeTemplate>& by_name) {
  std::vector<kube::Request> creates;
  std::vector<kube::Request> untaints;
  for (const auto& [name, node] : by_name) {
    kube::Request create;
    create.method = "POST";
    create.path = "/api/v1/nodes";
    create.body = NodeJson(name, node).dump();
    creates.push_back(std::move(create));
    // Admission gives every new node the taint not-ready.
    untaints.push_back(kube::MergePatchRequest({"", "v1", "nodes"}, {"", name}, "",
                                               R"({"spec":{"taints":null}})"));
  }
  TUTTI_RETURN_IF_ERROR(SendAll(std::move(creates)));
  return SendAll(std::move(untaints));
}

absl::Status ControlPlane::AddNodes(int count, const NodeTemplate& node) {
  std::map<std::string, NodeTemplate> by_name;
  for (int i = 0; i < count; ++i) by_name.emplace(absl::StrFormat("%s-%d", node.prefix, i), node);
  return AddNodes(by_name);
}

absl::Status ControlPlane::CreatePods(int count, const std::string& prefix,
                                      const std::function<PodTemplate(int)>& describe) {
  std::vector<kube::Request> requests;
  for (int i = 0; i < count; ++i) {
    const PodTemplate pod = describe(i);
    kube::Request create;
    create.method = "POST";
    create.path = absl::StrFormat("/api/v1/namespaces/%s/pods", pod.ns);
    create.body = PodJson(absl::StrFormat("%s-%d", prefix, i), pod).dump();
    requests.push_back(std::move(create));
  }
  return SendAll(std::move(requests));
}

absl::Status ControlPlane::CreatePods(int count, const std::string& prefix,
                                      const PodTemplate& pod) {
  return CreatePods(count, prefix, [&pod](int) { return pod; });
}

absl::Status ControlPlane::CreateNamespace(const std::string& name) {
  return Send("POST", "/api/v1/namespaces", {{"metadata", {{"name", name}}}}).status();
}

void ControlPlane::DeletePods(const std::string& prefix, const std::string& ns) {
  for (const json& pod : Pods(ns)) {
    const std::string name = pod["metadata"]["name"];
    if (!name.starts_with(prefix + "-")) continue;
    (void)Send("DELETE",
               absl::StrFormat("/api/v1/namespaces/%s/pods/%s?gracePeriodSeconds=0", ns, name),
               nullptr);
  }
}

absl::Status ControlPlane::DeleteAllPods(const std::string& ns) {
  std::vector<std::string> namespaces = {ns};
  if (ns.empty()) {
    namespaces.clear();
    for (const json& pod : Pods()) namespaces.push_back(pod["metadata"]["namespace"]);
    std::sort(namespaces.begin(), namespaces.end());
    namespaces.erase(std::unique(namespaces.begin(), namespaces.end()), namespaces.end());
  }
  for (const std::string& each : namespaces) {
    kube::Request request;
    request.method = "DELETE";
    request.path = absl::StrFormat("/api/v1/namespaces/%s/pods?gracePeriodSeconds=0", each);
    request.timeout = std::chrono::seconds(120);
    TUTTI_RETURN_IF_ERROR(
        kube::ReplyStatus(client_->Call(std::move(request)), "deleting all pods"));
  }
  if (WaitFor([&] { return Pods(ns).empty(); })) return absl::OkStatus();
  return absl::DeadlineExceededError("pods were not deleted in time");
}

absl::StatusOr<json> ControlPlane::Get(const std::string& path) {
  return Send("GET", path, nullptr);
}

absl::StatusOr<json> ControlPlane::Send(const std::string& method, const std::string& path,
                                        const json& body, const std::string& content_type) {
  kube::Request request;
  request.method = method;
  request.path = path;
  request.content_type = content_type;
  request.timeout = std::chrono::seconds(60);
  if (!body.is_null()) request.body = body.dump();
  const absl::StatusOr<kube::Response> reply = client_->Call(std::move(request));
  TUTTI_RETURN_IF_ERROR(kube::ReplyStatus(reply, method + " " + path));
  return json::parse(reply->body, nullptr, /*allow_exceptions=*/false);
}

std::vector<json> ControlPlane::Pods(const std::string& ns) {
  const absl::StatusOr<json> list =
      Get(ns.empty() ? "/api/v1/pods" : "/api/v1/namespaces/" + ns + "/pods");
  if (!list.ok() || !list->contains("items")) return {};
  return list->at("items").get<std::vector<json>>();
}

int ControlPlane::CountBound(const std::string& prefix, const std::string& ns) {
  int bound = 0;
  for (const json& pod : Pods(ns)) {
    const bool ours = pod["metadata"]["name"].get<std::string>().starts_with(prefix + "-");
    bound += ours && pod["spec"].contains("nodeName") ? 1 : 0;
  }
  return bound;
}

bool ControlPlane::WaitFor(const std::function<bool()>& condition, base::Duration deadline) {
  const auto until = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

}  // namespace tutti::testing
