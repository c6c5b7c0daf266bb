#include "obs/metrics_table.h"

namespace tutti::obs {
namespace {

using Values = std::vector<std::string>;

std::vector<double> Exponential(double first, double factor, int count) {
  std::vector<double> buckets;
  for (int i = 0; i < count; ++i, first *= factor) buckets.push_back(first);
  return buckets;
}

// A set known at start, and "other" for what is not in it.
LabelSpec Open(std::string_view name, Values values, std::string_view doc) {
  values.emplace_back("other");
  return {name, std::move(values), doc};
}

LabelSpec Result() { return {"result", {"scheduled", "unschedulable", "error"}, ""}; }
LabelSpec Queue() { return {"queue", {"active", "backoff", "unschedulable", "gated"}, ""}; }
LabelSpec Point() {
  return {"extension_point",
          {"PreEnqueue",
           "QueueSelect",
           "QueueSort",
           "PreFilter",
           "Filter",
           "PostFilter",
           "PreScore",
           "Score",
           "NormalizeScore",
           "DeviceSelect",
           "Reserve",
           "Unreserve",
           "Permit",
           "PreBind",
           "Bind",
           "PostBind",
           "PlacementGenerate",
           "PlacementScore",
           "SelectVictims",
           "ClusterEvent",
           "ObjectWatch",
           "State"},
          ""};
}
LabelSpec Status() {
  return {"status",
          {"Success", "Error", "Unschedulable", "UnschedulableAndUnresolvable", "Wait", "Skip",
           "Pending"},
          ""};
}
LabelSpec Code() {
  return {"code",
          {"200", "201", "202", "400", "401", "403", "404", "405", "408",  "409",  "410",
           "413", "415", "422", "429", "431", "500", "503", "504", "none", "other"},
          ""};
}
LabelSpec Verb() {
  return {"verb", {"filter", "prioritize", "preempt", "bind", "filter-dryrun", "other"}, ""};
}
LabelSpec ApiVerbLabel() {
  return {"verb",
          {"get", "list", "watch", "create", "update", "patch", "delete", "bind", "evict", "other"},
          ""};
}
LabelSpec ControlMethodLabel() {
  return {"method",
          {"ListGangs", "GetGang", "ListQueues", "ListNodes", "ListReservations", "ListPlugins",
           "Explain", "Simulate", "Watch", "Snapshot", "Hold", "Drain", "Resume", "other"},
          ""};
}
LabelSpec GrpcCodeLabel() {
  return {"grpc_code",
          {"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
           "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
           "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
           "UNAUTHENTICATED"},
          ""};
}
LabelSpec Door() { return {"door", {"extender", "webhook"}, ""}; }
LabelSpec HttpProtocolLabel() { return {"protocol", {"HTTP/1.1", "HTTP/2"}, ""}; }
LabelSpec Cached() { return {"type", {"nodes", "pods", "assumed_pods"}, ""}; }
LabelSpec Cause() { return {"cause", {"closed", "expired", "idle", "error"}, ""}; }
LabelSpec Provisioned() {
  return {"outcome",
          {"created", "provisioned", "fulfilled", "withdrawn", "failed", "booking_expired",
           "capacity_revoked", "rejected", "error"},
          ""};
}
LabelSpec Outcome() { return {"outcome", {"planned", "gated", "ignored", "dry-run", "error"}, ""}; }

LabelSpec SubmitOutcome() {
  return {"outcome", {"allowed", "refused", "unanswered", "ignored"}, ""};
}

LabelSpec LogEntry() {
  return {"entry", {"batch", "filter_answer", "score_answer", "checkpoint"}, ""};
}

constexpr MetricType kCounter = MetricType::kCounter;
constexpr MetricType kGauge = MetricType::kGauge;
constexpr MetricType kHistogram = MetricType::kHistogram;

void AddScheduling(const MetricsOptions& options, std::vector<MetricSpec>& table) {
  const LabelSpec profile = Open("profile", options.profiles, "the scheduler names served");
  table.insert(
      table.end(),
      {{"tutti_schedule_attempts_total",
        kCounter,
        "Attempts to plan a pod or a gang member, by result.",
        {Result(), profile},
        {}},
       {"tutti_pending_pods",
        kGauge,
        "Pods of ours without a node: active are being planned, backoff wait for a retry, "
        "unschedulable wait for a change in the cluster, gated wait behind a scheduling gate.",
        {Queue()},
        {}},
       {"tutti_framework_extension_point_duration_seconds",
        kHistogram,
        "Time for all plugins of an extension point, per request.",
        {Point(), Status(), profile},
        Exponential(0.00001, 2, 17)},
       {"tutti_plugin_execution_duration_seconds",
        kHistogram,
        "Time of one call into a plugin. PreFilter, Filter (a block of nodes), PreScore and Score "
        "are "
        "measured once in 16 calls, every other point each time.",
        {Open("plugin", options.plugins, "the plugins that are enabled"), Point()},
        Exponential(0.000001, 2.5, 15)},
       {"tutti_plan_duration_seconds",
        kHistogram,
        "Time of one batch of the core: events applied, the queue planned, the snapshot published.",
        {},
        Exponential(0.00001, 2.5, 13)},
       {"tutti_rejections_total",
        kCounter,
        "Refusals by reason code: a node refused by filter, a gang that could not be planned.",
        {Open("reason", options.reasons, "the reason codes")},
        {}},
       {"tutti_plugin_failures_total",
        kCounter,
        "Times a plugin broke its contract: it answered Error, threw, or scored out of range.",
        {Open("plugin", options.plugins, "the plugins that are enabled"), Point()},
        {}},
       {"tutti_plugin_counters_total",
        kCounter,
        "What plugins count themselves.",
        {Open("counter", options.plugin_counters, "PLUGIN/name, as the plugin declared it")},
        {}},
       {"tutti_plugin_circuit_state",
        kGauge,
        "Whether a remote plugin is asked: 0 it is (closed), 1 it is being tried (half open), 2 it "
        "is not, after failures in a row (open).",
        {Open("plugin", options.remote_plugins, "the plugins with an address")},
        {}}});
}

void AddGangs(const MetricsOptions& options, std::vector<MetricSpec>& table) {
  table.insert(
      table.end(),
      {{"tutti_gangs",
        kGauge,
        "Gangs known, by phase.",
        {Open("phase", options.gang_phases, "the phases of a gang")},
        {}},
       {"tutti_gang_wait_seconds",
        kHistogram,
        "Time from a gang's first member to its last bind.",
        {},
        {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400, 86400}},
       {"tutti_run_time_ratio",
        kHistogram,
        "How long gangs that ended by themselves ran, as a share of what had been expected: of "
        "what they declare, and of what was learned from the last gangs of their submitter. 1: as "
        "expected; above: longer.",
        {{"estimate", {"declared", "learned"}, ""}},
        {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.95, 1.05, 1.25, 2, 5, 10}},
       {"tutti_gang_marker_conflicts_total",
        kCounter,
        "Times a gang was found whose markers contradict each other in a new way: two dialects, or "
        "two markers of one, say different things. The event on its first pod tells which count.",
        {},
        {}},
       {"tutti_reservations", kGauge, "Reservations of room on nodes that are held now.", {}, {}},
       {"tutti_bind_conflicts_total",
        kCounter,
        "Binds refused because the live state no longer allowed them.",
        {},
        {}},
       {"tutti_bind_parked", kGauge, "Bind requests that wait for the rest of their gang.", {}, {}},
       {"tutti_planned_starts",
        kGauge,
        "Gangs that wait and have been promised a start (`gang.backfill: Conservative`).",
        {},
        {}},
       {"tutti_filter_holds_total",
        kCounter,
        "Filter answers that were held for up to a second because more writes waited for "
        "kube-apiserver than it takes at once.",
        {},
        {}},
       {"tutti_admissions_total",
        kCounter,
        "Pods seen by the admission webhook: planned during creation, gated to wait, ignored "
        "because they are not ours, dry runs, errors (admitted unchanged).",
        {Outcome()},
        {}},
       {"tutti_submit_checks_total",
        kCounter,
        "Workloads that name a queue, by whether their creator may use it (webhook.submitAccess): "
        "allowed, refused, unanswered (refused as well, because nobody could be asked), ignored "
        "because they name nothing new or a controller made them of what was allowed.",
        {SubmitOutcome()},
        {}},
       {"tutti_webhook_registrations_total",
        kCounter,
        "Times that this process wrote the webhook configurations: when it began to lead, for "
        "another certificate, and because somebody had changed them.",
        {},
        {}},
       {"tutti_webhook_errors_total",
        kCounter,
        "Failures to read or write the webhook's configurations or its shared certificate; all are "
        "tried again.",
        {},
        {}},
       {"tutti_webhook_certificate_expiry_timestamp_seconds",
        kGauge,
        "When the shared certificate ends that the webhook shows, in seconds since 1970; 0 where "
        "none is shared.",
        {},
        {}},
       {"tutti_provisioning_requests",
        kGauge,
        "ProvisioningRequests that stand for gangs, when they were last looked at.",
        {},
        {}},
       {"tutti_provisioning_outcomes_total",
        kCounter,
        "What became of ProvisioningRequests: created; provisioned, the autoscaler has the nodes "
        "or is making them; fulfilled, deleted because its gang has nodes or has gone; withdrawn, "
        "deleted because more nodes are not what the gang waits for; failed, booking_expired and "
        "capacity_revoked, deleted to be tried again; rejected, kube-apiserver refused one; error, "
        "rounds that ended because nothing could be read or written.",
        {Provisioned()},
        {}}});
}

void AddControl(std::vector<MetricSpec>& table) {
  table.insert(
      table.end(),
      {{"tutti_control_request_duration_seconds",
        kHistogram,
        "Time of a call of the control API, from its request to its answer; of Watch and Snapshot, "
        "to the end of the stream.",
        {ControlMethodLabel(), GrpcCodeLabel()},
        {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 30}},
       {"tutti_control_watchers", kGauge, "Watch streams that are open.", {}, {}},
       {"tutti_held",
        kGauge,
        "What operators keep from being planned: gangs on hold (by themselves or with their "
        "queue), nodes that are drained.",
        {{"kind", {"gangs", "nodes"}, ""}},
        {}}});
}

void AddDoorsAndCluster(const MetricsOptions& options, std::vector<MetricSpec>& table) {
  const LabelSpec resource = Open("resource", options.resources, "the watched resources");
  table.insert(
      table.end(),
      {{"tutti_extender_request_duration_seconds",
        kHistogram,
        "Time from a request's last byte to its answer, parked binds included.",
        {Verb(), Code()},
        {0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1,
         0.5, 1, 5, 15, 30, 60}},
       {"tutti_extender_inflight", kGauge, "Extender requests that are not answered yet.", {}, {}},
       {"tutti_http_connections_total",
        kCounter,
        "Connections to a door, with TLS those whose handshake was done.",
        {Door(), HttpProtocolLabel()},
        {}},
       {"tutti_http_requests_total",
        kCounter,
        "Requests that reached a door. Many for each connection is as it should be: with TLS "
        "kube-scheduler sends them all over HTTP/2, side by side on one.",
        {Door(), HttpProtocolLabel()},
        {}},
       {"tutti_api_requests_total",
        kCounter,
        "Requests to kube-apiserver, by answer.",
        {ApiVerbLabel(), Code()},
        {}},
       {"tutti_watch_restarts_total",
        kCounter,
        "Watches that ended and were started again: closed by the server, expired (410, followed "
        "by a new list), idle for too long, error.",
        {resource, Cause()},
        {}},
       {"tutti_cache_staleness_seconds",
        kGauge,
        "Time since a watch last heard from kube-apiserver, bookmarks included.",
        {resource},
        {}},
       {"tutti_scheduler_cache_size",
        kGauge,
        "What the core knows: nodes, pods, and pods with room reserved whose Binding the watch has "
        "not "
        "shown yet.",
        {Cached()},
        {}},
       {"tutti_mailbox_depth", kGauge, "Events that wait for the core loop.", {}, {}},
       {"tutti_snapshot_age_seconds", kGauge, "Age of the snapshot that requests read.", {}, {}},
       {"tutti_events_dropped_total",
        kCounter,
        "Kubernetes Events not written because their queue was full.",
        {},
        {}},
       {"tutti_decision_log_bytes_total",
        kCounter,
        "Bytes written to the decision log, compressed.",
        {},
        {}},
       {"tutti_decision_log_entries_total",
        kCounter,
        "Entries written to the decision log: batches of events, answers of filter, checkpoints.",
        {LogEntry()},
        {}},
       {"tutti_decision_log_dropped_total",
        kCounter,
        "Entries that the decision log left out because it could not keep up or could not write.",
        {LogEntry()},
        {}},
       {"tutti_decision_log_errors_total",
        kCounter,
        "Files of the decision log that could not be written.",
        {},
        {}},
       {"tutti_build_info",
        kGauge,
        "Always 1; the labels tell what runs.",
        {{"version", {options.version}, "the release"}, {"commit", {options.commit}, "the source"}},
        {}},
       {"tutti_leader", kGauge, "1 while this process serves, 0 while it stands by.", {}, {}}});
}

}  // namespace

std::vector<MetricSpec> MetricsTable(const MetricsOptions& options) {
  std::vector<MetricSpec> table;
  AddScheduling(options, table);
  AddGangs(options, table);
  AddControl(table);
  AddDoorsAndCluster(options, table);
  return table;
}

}  // namespace tutti::obs
