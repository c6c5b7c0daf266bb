#include "apps/server.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "apps/control_door.h"
#include "apps/core_options_from.h"
#include "apps/dialect_names.h"
#include "apps/gang_reporter.h"
#include "apps/health_routes.h"
#include "apps/leader_label.h"
#include "apps/listen_options.h"
#include "apps/metered_client.h"
#include "apps/metrics_bridge.h"
#include "apps/plugin_runtime.h"
#include "apps/provisioning_options_from.h"
#include "apps/queue_reporter.h"
#include "apps/standing_objects.h"
#include "apps/webhook_door.h"
#include "base/status_macros.h"
#include "builtin_plugins.h"
#include "control/decision_feed.h"
#include "extender/extender_routes.h"
#include "framework/object_points.h"
#include "http/server.h"
#include "kube/cluster_source.h"
#include "kube/effect_writer.h"
#include "kube/event_recorder.h"
#include "kube/lease.h"
#include "model/device_table.h"
#include "planner/core_loop.h"
#include "provisioning/provisioner.h"
#include "record/decision_log.h"
#include "rpc/extender_service.h"
#include "rpc/server.h"

namespace tutti::apps {
namespace {

constexpr int kUnauthorizedIsNotReady = 5;  // in a row: reading the token again did not help
constexpr base::Duration kDrain = std::chrono::seconds(5);

std::string HostName() {
  char name[256] = {};
  ::gethostname(name, sizeof(name) - 1);
  return name;
}

// Writes at once; the rest of what the API server is asked is for leases, events and look-ups.
size_t MostWrites(int64_t max_in_flight) {
  return static_cast<size_t>(std::max<int64_t>(1, max_in_flight * 2 / 3));
}

}  // namespace

struct Server::Parts {
  Parts(config::Configuration c, obs::Logger logger, const std::string& version,
        std::unique_ptr<PluginRuntime> made_plugins)
      : configuration(std::move(c)),
        log(std::move(logger)),
        plugins(std::move(made_plugins)),
        metrics(MetricsOptionsFor(version, *plugins)) {
    log_header.version = version;
  }
  ~Parts();

  absl::Status Start();
  void FillLogHeader();
  absl::Status OpenDecisionLog();
  absl::Status StartWebhook();
  absl::Status StartExtender();
  absl::Status StartHealth();
  absl::Status StartGrpc();
  absl::Status StartControl();
  void StartLeaderElection();
  std::string NotReady() const;
  std::vector<std::string> BrokenInvariants();
  objects::PodDecoder MakeDecoder() {
    return objects::PodDecoder(plugins->resources(), shapes, groupings, &plugins->fields().pods,
                               devices);
  }
  framework::Plugins MakePlugins();

  const config::Configuration configuration;
  const obs::Logger log;
  base::SystemClock clock;
  const std::unique_ptr<PluginRuntime> plugins;
  obs::Metrics metrics;
  record::LogHeader log_header;  // of this process's decision log and snapshots

  model::DeviceTable devices;
  objects::ShapeTable shapes;
  std::vector<std::unique_ptr<GangGrouping>> owned_groupings;
  objects::GangGroupings groupings;
  std::vector<ObjectKind> watched;  // by plugins

  std::unique_ptr<kube::Client> client;
  std::unique_ptr<kube::EventRecorder> events;
  std::unique_ptr<GangReporter> reporter;
  std::unique_ptr<MetricsBridge> bridge;
  std::unique_ptr<record::DecisionLog> decision_log;  // null: nothing is recorded
  std::unique_ptr<planner::CoreLoop> loop;
  std::unique_ptr<kube::EffectWriter> writer;
  std::unique_ptr<kube::ClusterSource> source;
  std::unique_ptr<LeaderLabel> leader_label;  // null: the Pod is not labelled
  std::unique_ptr<kube::LeaseElector> elector;
  std::unique_ptr<kube::LeaseFollower> follower;
  std::unique_ptr<extender::WorkspacePool> workspaces;
  std::unique_ptr<http::Server> extender_server;
  std::unique_ptr<WebhookDoor> webhook_door;  // null: there is no webhook
  std::unique_ptr<http::Server> health_server;
  std::unique_ptr<rpc::Server> grpc_server;
  std::unique_ptr<control::DecisionFeed> decisions;  // between the loop and the writer
  std::unique_ptr<ControlDoor> control_door;
  StandingObjects standing;
  std::unique_ptr<QueueReporter> queue_reporter;           // null: no plugin watches objects
  std::unique_ptr<provisioning::Provisioner> provisioner;  // null: no nodes are asked for
  std::vector<Door> doors;
  std::atomic<bool> started{false};  // `source` and the doors may be looked at from other threads
};

Server::Parts::~Parts() {
  if (extender_server) extender_server->Stop(kDrain);
  if (webhook_door) webhook_door->Close();
  if (grpc_server) grpc_server->Stop(kDrain);
  control_door.reset();
  queue_reporter.reset();
  provisioner.reset();
  if (health_server) health_server->Stop(kDrain);
  elector.reset();
  follower.reset();
  leader_label.reset();
  if (loop) loop->Stop();  // before its sink; and watches that wait to post go on
  source.reset();
  if (writer) writer->Close();
  client.reset();  // ends every request: their callbacks still find the loop
}

absl::Status Server::Parts::Start() {
  if (const config::Devices& d = configuration.devices; d.enabled) {
    TUTTI_ASSIGN_OR_RETURN(devices, model::DeviceTable::Make(plugins->resources(), d.resource,
                                                             static_cast<uint32_t>(d.per_node)));
  }
  FillLogHeader();
  std::vector<std::string> unknown;
  owned_groupings = BuiltinGangGroupings(DialectNames(configuration.gang),
                                         {.all_jobs_are_gangs = configuration.gang.job_gangs,
                                          .scheduler_names = configuration.gang.scheduler_names},
                                         unknown);
  for (const auto& grouping : owned_groupings) groupings.push_back(grouping.get());

  const config::ClientConnection& connection = configuration.client_connection;
  TUTTI_ASSIGN_OR_RETURN(kube::Credentials credentials,
                         connection.kubeconfig.empty()
                             ? kube::LoadInCluster()
                             : kube::LoadKubeconfig(connection.kubeconfig, connection.context));
  kube::ClientOptions client_options;
  client_options.max_in_flight = static_cast<size_t>(connection.max_in_flight);
  TUTTI_ASSIGN_OR_RETURN(std::unique_ptr<kube::Client> plain_client,
                         kube::Client::Create(std::move(credentials), clock, client_options));
  client = std::make_unique<MeteredClient>(std::move(plain_client), metrics);

  kube::EventRecorderOptions event_options;
  event_options.instance = HostName();
  events = std::make_unique<kube::EventRecorder>(*client, clock, event_options);
  reporter = std::make_unique<GangReporter>(plugins->resources(), metrics, log, *events);
  bridge = std::make_unique<MetricsBridge>(metrics, *events, log, *plugins, clock);
  loop = std::make_unique<planner::CoreLoop>(
      log_header.options, plugins->labels(), clock,
      [this](const planner::BatchReport& report) { bridge->OnBatch(report); }, MakePlugins());
  bridge->CollectEvents();
  bridge->CollectSnapshotAge(clock);
  bridge->CollectCircuits(*plugins);
  bridge->CollectHttp([this](obs::HttpDoor door) -> const http::Server* {
    if (!started) return nullptr;
    if (door == obs::HttpDoor::kExtender) return extender_server.get();
    return webhook_door ? &webhook_door->server() : nullptr;
  });
  bridge->CollectWatches(
      [this] { return started ? source->watched() : std::vector<kube::ClusterSource::Watched>(); },
      clock);
  writer = std::make_unique<kube::EffectWriter>(
      *client, clock, MostWrites(connection.max_in_flight),
      [this](model::WriteFinished finished) { loop->Post(std::move(finished)); },
      [this](const model::ReportGang& report) { reporter->Report(report); },
      [this](const model::ReportRun& report) { reporter->ReportRun(report); },
      [this](const model::ReportMarkers& report) { reporter->ReportMarkers(report); },
      [this](const model::EvictPod& evict) { reporter->ReportEviction(evict); });
  decisions = std::make_unique<control::DecisionFeed>(*writer, clock);
  bridge->CollectWatchers([this] { return decisions->watchers(); });
  TUTTI_RETURN_IF_ERROR(OpenDecisionLog());
  workspaces = std::make_unique<extender::WorkspacePool>([this] { return MakeDecoder(); },
                                                         MakePlugins(), plugins->labels());
  loop->Start(*decisions, decision_log.get());
  watched = framework::ObjectPoints(MakePlugins()).kinds();

  TUTTI_RETURN_IF_ERROR(StartHealth());
  TUTTI_RETURN_IF_ERROR(StartExtender());
  TUTTI_RETURN_IF_ERROR(StartGrpc());
  TUTTI_RETURN_IF_ERROR(StartControl());
  TUTTI_RETURN_IF_ERROR(StartWebhook());
  StartLeaderElection();
  kube::ClusterSource::Callbacks callbacks;
  callbacks.event = [this](model::ClusterEvent event) {
    standing.Notice(event);
    loop->Post(std::move(event));
  };
  callbacks.problem = [this](const std::string& resource, const absl::Status& status) {
    log.Warn("watch", {{"resource", resource}, {"problem", std::string(status.message())}});
  };
  source = std::make_unique<kube::ClusterSource>(
      *client, clock, plugins->labels(), plugins->resources(), shapes, groupings, plugins->fields(),
      devices, watched, std::move(callbacks));
  if (!watched.empty())
    queue_reporter = std::make_unique<QueueReporter>(*loop, *client, standing,
                                                     plugins->resources(), clock, log);
  if (configuration.provisioning.enabled()) {
    provisioner = std::make_unique<provisioning::Provisioner>(
        ProvisioningOptionsFrom(configuration.provisioning), *loop, *client, *events, metrics,
        clock, log);
  }
  started = true;
  return absl::OkStatus();
}

void Server::Parts::FillLogHeader() {
  log_header.options = CoreOptionsFrom(configuration, clock, devices);
  log_header.process = log_header.options.instance;
  log_header.configuration = configuration.text;
  for (const auto& enabled : plugins->profile().plugins())
    log_header.plugins.push_back(enabled.name);
}

absl::Status Server::Parts::OpenDecisionLog() {
  if (!configuration.decision_log.enabled()) return absl::OkStatus();
  record::DecisionLogOptions options;
  options.folder = configuration.decision_log.path;
  options.max_bytes = configuration.decision_log.max_bytes;
  TUTTI_ASSIGN_OR_RETURN(
      decision_log, record::DecisionLog::Open(
                        std::move(options), log_header, plugins->labels(), plugins->resources(),
                        clock, [this](const absl::Status& status) {
                          log.Error("decision_log", {{"problem", std::string(status.message())}});
                        }));
  bridge->CollectDecisionLog(*decision_log);
  return absl::OkStatus();
}

framework::Plugins Server::Parts::MakePlugins() {
  plugins->CountWith([this](CounterId id, double by) {
    metrics.plugin_counters.At(obs::PluginCounterIndex(id.value)).Increment(by);
  });
  plugins->MeasureWith([this](uint16_t plugin, const char* point, base::Duration took) {
    bridge->OnPluginRan(plugin, point, took);
  });
  return {&plugins->profile(), &plugins->reasons(),
          [this](const framework::PluginFailure& failure) { bridge->OnPluginFailure(failure); }};
}

absl::Status Server::Parts::StartHealth() {
  http::ServerOptions options = ListenHttp(configuration.metrics.listen);
  const std::string address = options.address;
  TUTTI_ASSIGN_OR_RETURN(
      health_server,
      http::Server::Start(std::move(options),
                          HealthRoutes(metrics, {[this] { return NotReady(); },
                                                 [this] { return BrokenInvariants(); }})));
  doors.push_back({"metrics", ShownAddress(address, health_server->port())});
  return absl::OkStatus();
}

absl::Status Server::Parts::StartExtender() {
  const config::Extender& extender = configuration.extender;
  http::ServerOptions options = ListenHttp(extender.listen);
  const std::string address = options.address;
  options.limits.body_bytes = static_cast<size_t>(extender.max_body_bytes);
  if (extender.tls.enabled()) {
    options.tls = std::make_unique<http::TlsOptions>();
    options.tls->cert_file = extender.tls.cert_file;
    options.tls->key_file = extender.tls.key_file;
    options.tls->client_ca_file = extender.tls.client_ca_file;
  }
  TUTTI_ASSIGN_OR_RETURN(
      extender_server,
      http::Server::Start(
          std::move(options),
          extender::ExtenderRoutes(*loop, *workspaces, writer->backlog(), clock, *bridge)));
  doors.push_back({"extender", ShownAddress(address, extender_server->port())});
  return absl::OkStatus();
}

absl::Status Server::Parts::StartGrpc() {
  if (!configuration.grpc.enabled) return absl::OkStatus();
  rpc::ServerOptions options = ListenRpc(configuration.grpc.listen);
  const std::string address = options.address;
  TUTTI_ASSIGN_OR_RETURN(
      grpc_server,
      rpc::Server::Start(std::move(options),
                         {rpc::MakeExtenderService(*loop, *workspaces, clock, *bridge)},
                         [this] { return loop->Snapshot()->ready; }));
  doors.push_back({"grpc", ShownAddress(address, grpc_server->port())});
  return absl::OkStatus();
}

absl::Status Server::Parts::StartControl() {
  if (!configuration.control.enabled) return absl::OkStatus();
  TUTTI_ASSIGN_OR_RETURN(
      control_door,
      ControlDoor::Start(configuration.control, configuration.control_gateway,
                         {*loop, *plugins, groupings, log_header, *decisions, *bridge, clock}));
  doors.push_back({"control", control_door->address()});
  if (!control_door->gateway_address().empty())
    doors.push_back({"controlGateway", control_door->gateway_address()});
  return absl::OkStatus();
}

absl::Status Server::Parts::StartWebhook() {
  if (!configuration.webhook.enabled) return absl::OkStatus();
  TUTTI_ASSIGN_OR_RETURN(webhook_door, WebhookDoor::Start({configuration, *loop, *client, watched,
                                                           [this] { return MakeDecoder(); },
                                                           metrics, *bridge, log, clock}));
  doors.push_back({"webhook", webhook_door->address()});
  return absl::OkStatus();
}

void Server::Parts::StartLeaderElection() {
  const config::LeaderElection& election = configuration.leader_election;
  const std::string identity = election.identity.empty() ? HostName() : election.identity;
  const kube::LeaseName lease{election.lease_namespace, election.lease_name};
  if (election.label_pod) {
    leader_label = std::make_unique<LeaderLabel>(
        *client, kube::ObjectName{election.lease_namespace, identity},
        [this](const absl::Status& status) {
          log.Warn("leader_label", {{"problem", std::string(status.message())}});
        });
  }
  const auto on_change = [this](bool leads) {
    log.Info("leader", {{"leads", leads}});
    metrics.leader.Set(leads ? 1 : 0);
    if (webhook_door) webhook_door->Lead(leads);
    if (leader_label) leader_label->Set(leads);
    loop->Post(model::LeadershipChanged{leads});
  };
  const auto on_error = [this](const absl::Status& status) {
    log.Warn("lease", {{"problem", std::string(status.message())}});
  };
  switch (election.mode) {
    case config::LeaderElectionMode::kNone:
      return on_change(true);
    case config::LeaderElectionMode::kOwn: {
      kube::LeaseElectionOptions options;
      options.identity = absl::StrFormat("%s_%d", identity, ::getpid());
      options.lease_duration = election.lease_duration;
      options.renew_deadline = election.renew_deadline;
      options.retry_period = election.retry_period;
      elector =
          std::make_unique<kube::LeaseElector>(*client, clock, lease, options, on_change, on_error);
      return;
    }
    case config::LeaderElectionMode::kFollow: {
      kube::LeaseFollowerOptions options;
      options.holder_prefix = identity + "_";
      follower = std::make_unique<kube::LeaseFollower>(*client, clock, lease, options, on_change,
                                                       on_error);
      return;
    }
  }
}

std::string Server::Parts::NotReady() const {
  if (client && client->consecutive_unauthorized() >= kUnauthorizedIsNotReady)
    return "kube-apiserver refuses our credentials (401): check the token and its service account";
  if (started && webhook_door && !webhook_door->settled()) return "the webhook is being registered";
  if (loop->Snapshot()->ready) return {};
  if (!started) return "starting";
  if (const std::vector<std::string> missing = source->unsynced(); !missing.empty()) {
    return "caches not synced: " + absl::StrJoin(missing, ", ");
  }
  if (configuration.leader_election.label_pod) return {};  // Services look for the label
  return "standby: another instance leads";
}

std::vector<std::string> Server::Parts::BrokenInvariants() {
  std::vector<std::string> broken;
  loop->Inspect([&](const planner::Core& core) { broken = core.CheckInvariants(); });
  return broken;
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(config::Configuration configuration,
                                                      obs::Logger log, const std::string& version) {
  TUTTI_ASSIGN_OR_RETURN(std::unique_ptr<PluginRuntime> plugins,
                         PluginRuntime::Make(configuration.plugins));
  auto parts = std::make_unique<Parts>(std::move(configuration), std::move(log), version,
                                       std::move(plugins));
  TUTTI_RETURN_IF_ERROR(parts->Start());
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() = default;

std::vector<Server::Door> Server::doors() const { return parts_->doors; }

}  // namespace tutti::apps
