// Configuration: everything an operator can set. The member initialisers are the defaults; ranges
// and meaning of each key stand in configuration_tables.cc, and docs/reference/configuration.md is
// generated from both. Plain values, no I/O, freely copied.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/backfill.h"
#include "model/run_time_source.h"
#include "tutti/config.h"

namespace tutti::config {

using base::Duration;

inline constexpr char kApiVersion[] = "tutti.dev/v1alpha1";
inline constexpr char kKind[] = "TuttiConfiguration";

struct ClientConnection {
  std::string kubeconfig;  // empty: the credentials of the pod that we run in
  std::string context;     // empty: the kubeconfig's current-context
  int64_t max_in_flight = 96;
};

struct ServerTls {
  std::string cert_file;
  std::string key_file;
  std::string client_ca_file;

  bool enabled() const { return !cert_file.empty(); }
  bool mutual() const { return enabled() && !client_ca_file.empty(); }
};

struct Extender {
  std::string listen = "127.0.0.1:8888";
  ServerTls tls;
  bool allow_insecure = false;
  int64_t max_body_bytes = int64_t{64} << 20;
  Duration bind_timeout = std::chrono::seconds(30);
};

struct WebhookRegister {
  std::string name = "tutti";
  std::string url;
  std::string service_name;
  std::string validating_service_name;  // empty: service_name
  std::string service_namespace = "kube-system";
  int64_t service_port = 443;
  std::string ca_file;
  Duration timeout = std::chrono::seconds(2);

  bool enabled() const { return !url.empty() || !service_name.empty(); }
};

struct Webhook {
  bool enabled = false;
  std::string listen = "0.0.0.0:9443";
  std::string cert_file;
  std::string key_file;
  std::string secret_name;  // empty: no certificate is shared
  std::string secret_namespace = "kube-system";
  std::vector<std::string> dns_names;
  bool mark_pods = false;
  bool submit_access = false;
  WebhookRegister registration;
};

struct Grpc {
  bool enabled = false;
  std::string listen = "127.0.0.1:9090";
  bool allow_insecure = false;
};

struct Control {
  bool enabled = true;
  std::string listen = "127.0.0.1:9091";
  ServerTls tls;
  bool allow_insecure = false;
};

// The control API's questions over HTTP, for the API server's service proxy.
struct ControlGateway {
  std::string listen;  // empty: off
  bool allow_insecure = false;

  bool enabled() const { return !listen.empty(); }
};

struct Metrics {
  std::string listen = "127.0.0.1:10260";
};

enum class LeaderElectionMode { kNone, kFollow, kOwn };

struct LeaderElection {
  LeaderElectionMode mode = LeaderElectionMode::kNone;
  std::string lease_name = "kube-scheduler";
  std::string lease_namespace = "kube-system";
  std::string identity;  // empty: the host name
  Duration lease_duration = std::chrono::seconds(10);
  Duration renew_deadline = std::chrono::seconds(7);
  Duration retry_period = std::chrono::seconds(2);
  bool label_pod = false;
};

enum class PartialGangPolicy { kEvict, kKeep };
enum class BindBarrier { kAuto, kAlways };
enum class GangDialect {
  kAnnotations,
  kPodGroup,
  kSchedulerPlugins,
  kVolcano,
  kYunikorn,
  kKueue,
  kKai,
  kKoordinator,
  kArmada,
  kGodel,
  kSpark,
  kOwner,
  kJob
};

struct Backoff {
  Duration initial = std::chrono::seconds(10);
  Duration max = std::chrono::seconds(300);
};

struct Gang {
  std::vector<GangDialect> dialects = {
      GangDialect::kAnnotations, GangDialect::kPodGroup,    GangDialect::kSchedulerPlugins,
      GangDialect::kVolcano,     GangDialect::kYunikorn,    GangDialect::kKueue,
      GangDialect::kKai,         GangDialect::kKoordinator, GangDialect::kArmada,
      GangDialect::kGodel,       GangDialect::kSpark,       GangDialect::kJob};
  std::vector<std::string> scheduler_names = {"default-scheduler"};
  bool job_gangs = false;
  Duration wait_timeout = std::chrono::seconds(60);
  Backoff backoff;
  Duration refused_node_expiry = std::chrono::seconds(300);
  Duration admission_slot_timeout = std::chrono::seconds(10);
  Duration repair_timeout = std::chrono::seconds(60);
  Duration start_timeout = std::chrono::minutes(10);
  PartialGangPolicy partial_gang_policy = PartialGangPolicy::kEvict;
  BindBarrier bind_barrier = BindBarrier::kAuto;
  model::Backfill backfill = model::Backfill::kEasy;
  model::RunTimeSource run_times = model::RunTimeSource::kDeclared;
};

struct Devices {
  bool enabled = false;
  std::string resource = "nvidia.com/gpu";
  int64_t per_node = 8;
};

enum class TieBreak { kBestFit, kNodeName };

struct Placement {
  TieBreak tie_break = TieBreak::kBestFit;
};

// What becomes of a cycle in which the plugin fails.
enum class OnError { kDefault, kReject, kSkip };

struct PluginTls {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
};

struct Plugin {
  std::string name;
  int64_t weight = 1;
  OnError on_error = OnError::kDefault;
  std::string library;  // the shared object that it comes from; empty: none
  std::string sha256;   // of that file; empty: not compared
  std::string address;  // where it listens; empty: it runs in this process
  Duration timeout = std::chrono::milliseconds(50);  // of each call to that address
  PluginTls tls;                                     // on the way to that address
  std::vector<ConfigEntry> args;                     // the plugin's own; checked when it is made
  std::string where;                                 // file:line:column of the entry
};

struct DecisionLog {
  std::string path;  // a folder; empty: nothing is recorded
  int64_t max_bytes = int64_t{256} << 20;

  bool enabled() const { return !path.empty(); }
};

// Nodes by ProvisioningRequest, for gangs that nothing else helps.
struct Provisioning {
  std::string class_name;  // empty: off
  std::vector<ConfigEntry> parameters;
  Duration delay = std::chrono::seconds(10);
  int64_t max_pending = 10;
  Backoff retry{std::chrono::seconds(60), std::chrono::minutes(30)};

  bool enabled() const { return !class_name.empty(); }
};

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

struct Logging {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
};

struct Configuration {
  ClientConnection client_connection;
  Extender extender;
  Webhook webhook;
  Grpc grpc;
  Control control;
  ControlGateway control_gateway;
  Metrics metrics;
  LeaderElection leader_election;
  Gang gang;
  Devices devices;
  Placement placement;
  std::vector<Plugin> plugins;
  DecisionLog decision_log;
  Provisioning provisioning;
  Logging logging;

  std::string text;  // of the file that all this was read from
};

}  // namespace tutti::config
