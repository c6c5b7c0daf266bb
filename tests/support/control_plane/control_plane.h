// ControlPlane: etcd, kube-apiserver, kube-scheduler and kube-controller-manager, the real ones, on
// loopback.
//
// Nodes are plain Node objects: nothing runs pods. That is enough for a scheduler. etcd runs
// without fsync and in memory.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "kube/client.h"
#include "nlohmann/json_fwd.hpp"
#include "tests/support/control_plane/process.h"

namespace tutti::testing {

// Where tests/e2e/control_plane/build.sh keeps the binaries of a version ("v1.37.2").
std::string ControlPlaneBinaries(const std::string& version);
bool ControlPlaneCached(const std::string& version);

struct ControlPlaneOptions {
  std::string version = "v1.37.2";
  std::vector<std::string> feature_gates;   // "GenericWorkload=true"
  bool gates_of_scheduler = true;           // kube-scheduler has them as well
  std::vector<std::string> runtime_config;  // "scheduling.k8s.io/v1beta1=true"
  bool controller_manager = false;
  bool controller_accounts = false;  // its controllers are ServiceAccounts of kube-system
  size_t client_in_flight = 96;      // requests at a time of the client that tests use
};

struct SchedulerOptions {
  std::string name = "default";  // of the process; several may run
  std::string extender;          // "127.0.0.1:8888"; empty: none
  std::string extra_extender;    // more lines of YAML in the extender's entry
  bool https = false;            // the extender's; extra_extender says with which certificates
  bool node_cache_capable = true;
  bool prioritize = false;
  int percentage_of_nodes_to_score = 0;  // 0: adaptive
  bool leader_elect = false;
  base::Duration extender_timeout = std::chrono::seconds(30);
};

struct NodeTemplate {
  std::string prefix = "node";
  std::string cpu = "16";
  std::string memory = "64Gi";
  int pods = 256;
  std::map<std::string, std::string> extended;  // "nvidia.com/gpu": "8"
  std::map<std::string, std::string> labels;
};

struct PodTemplate {
  std::string ns = "default";
  std::map<std::string, std::string> annotations;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> requests = {{"cpu", "100m"}, {"memory", "64Mi"}};
  std::string extra_spec;  // JSON object merged into spec
};

class ControlPlane {
 public:
  static absl::StatusOr<std::unique_ptr<ControlPlane>> Start(ControlPlaneOptions options = {});
  ~ControlPlane();

  absl::Status StartScheduler(const SchedulerOptions& options = {});
  void StopScheduler(const std::string& name = "default");
  Process& scheduler(const std::string& name = "default") { return schedulers_.at(name); }
  // SIGSTOP and SIGCONT of the API server: it hangs without being gone.
  void PauseApiServer(bool pause);

  kube::Client& client() { return *client_; }
  const std::string& kubeconfig() const { return kubeconfig_; }
  uint16_t api_port() const { return api_port_; }
  // Writes a kubeconfig like kubeconfig(), for the same API server reached under another URL.
  std::string KubeconfigFor(const std::string& server, const std::string& name);
  // One that may do what deploy/rbac.yaml allows, once that has been applied.
  std::string ServiceAccountKubeconfig();
  // Of a ServiceAccount, made where there is none: it may do what roles give it, and no more.
  absl::StatusOr<std::unique_ptr<kube::Client>> ClientOf(const std::string& ns,
                                                         const std::string& service_account);
  const std::string& dir() const { return dir_.path(); }
  std::string binaries() const { return binaries_; }

  // Named `node.prefix`-0, -1, ...
  absl::Status AddNodes(int count, const NodeTemplate& node = {});
  absl::Status AddNodes(const std::map<std::string, NodeTemplate>& by_name);
  // POST in parallel. `describe` sets each pod's template by number; names are `prefix`-0, -1, ...
  absl::Status CreatePods(int count, const std::string& prefix,
                          const std::function<PodTemplate(int)>& describe);
  absl::Status CreatePods(int count, const std::string& prefix, const PodTemplate& pod = {});
  absl::Status CreateNamespace(const std::string& name);
  // At once, as if no kubelet had a say; not waited for. Those named `prefix`-something.
  void DeletePods(const std::string& prefix, const std::string& ns = "default");
  // Waits until they are gone.
  absl::Status DeleteAllPods(const std::string& ns = "");

  // One call; the body as JSON. Errors carry the server's message.
  absl::StatusOr<nlohmann::json> Get(const std::string& path);
  absl::StatusOr<nlohmann::json> Send(const std::string& method, const std::string& path,
                                      const nlohmann::json& body,
                                      const std::string& content_type = "application/json");
  std::vector<nlohmann::json> Pods(const std::string& ns = "");
  int CountBound(const std::string& prefix, const std::string& ns = "");
  // Asks again and again until `condition` holds; false when `deadline` has passed. Never for
  // timing.
  bool WaitFor(const std::function<bool()>& condition,
               base::Duration deadline = std::chrono::seconds(60));

 private:
  explicit ControlPlane(ControlPlaneOptions options);
  std::string url() const;
  std::string KubeconfigFor(const std::string& server, const std::string& name,
                            const std::string& token);
  absl::Status StartEtcd();
  absl::Status StartApiServer();
  absl::Status StartControllerManager();
  absl::Status WaitReady();
  absl::Status SendAll(std::vector<kube::Request> requests);
  std::string Log(const std::string& name) const { return dir_.path() + "/" + name + ".log"; }

  const ControlPlaneOptions options_;
  const std::string binaries_;
  base::SystemClock clock_;
  TempDir dir_;
  std::string kubeconfig_;
  uint16_t etcd_port_ = 0;
  uint16_t api_port_ = 0;
  Process etcd_;
  Process api_server_;
  Process controller_manager_;
  std::map<std::string, Process> schedulers_;
  std::unique_ptr<kube::Client> client_;
};

nlohmann::json NodeJson(const std::string& name, const NodeTemplate& node);
nlohmann::json PodJson(const std::string& name, const PodTemplate& pod);
// The annotations of a gang in Tutti's own dialect.
PodTemplate GangPod(const std::string& gang, int min_member, const std::string& cpu = "100m");

}  // namespace tutti::testing
