// Metrics: every metric of the process as a typed member. Names, help, labels and buckets stand in
// one table (metrics_table.cc), from which docs/reference/metrics.md is generated; names and labels
// follow kube-scheduler's under the prefix tutti_.
//
// One object per process, handed to constructors by reference; everything is thread-safe.
//
//   metrics.extender_request_duration.At(ExtenderVerb::kFilter, CodeOf(200)).Observe(elapsed);
//   metrics.mailbox_depth.Set(3);
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "obs/metric_family.h"

namespace tutti::obs {

// Labels with values fixed here. The order is that of the table's value lists.
enum class AttemptResult { kScheduled, kUnschedulable, kError };
enum class PendingQueue { kActive, kBackoff, kUnschedulable, kGated };
enum class CachedType { kNodes, kPods, kAssumedPods };
enum class ExtensionPoint {
  kPreEnqueue,
  kQueueSelect,
  kQueueSort,
  kPreFilter,
  kFilter,
  kPostFilter,
  kPreScore,
  kScore,
  kNormalizeScore,
  kDeviceSelect,
  kReserve,
  kUnreserve,
  kPermit,
  kPreBind,
  kBind,
  kPostBind,
  kPlacementGenerate,
  kPlacementScore,
  kSelectVictims,
  kClusterEvent,
  kObjectWatch,
  kState,
};
enum class PointStatus {
  kSuccess,
  kError,
  kUnschedulable,
  kUnschedulableAndUnresolvable,
  kWait,
  kSkip,
  kPending,
};
enum class ExtenderVerb { kFilter, kPrioritize, kPreempt, kBind, kFilterDryRun, kOther };
enum class HttpDoor { kExtender, kWebhook };
enum class HttpProtocol { kHttp1, kHttp2 };
enum class AdmissionOutcome { kPlanned, kGated, kIgnored, kDryRun, kError };
enum class SubmitCheckOutcome { kAllowed, kRefused, kUnanswered, kIgnored };
enum class ApiVerb {
  kGet,
  kList,
  kWatch,
  kCreate,
  kUpdate,
  kPatch,
  kDelete,
  kBind,
  kEvict,
  kOther,
};
enum class ControlMethod {
  kListGangs,
  kGetGang,
  kListQueues,
  kListNodes,
  kListReservations,
  kListPlugins,
  kExplain,
  kSimulate,
  kWatch,
  kSnapshot,
  kHold,
  kDrain,
  kResume,
  kOther,
};
enum class GrpcCode : size_t {};  // gRPC's own numbers
enum class HeldKind { kGangs, kNodes };
enum class DecisionLogEntry { kBatch, kFilterAnswer, kScoreAnswer, kCheckpoint };
enum class ProvisioningOutcome {
  kCreated,
  kProvisioned,
  kFulfilled,
  kWithdrawn,
  kFailed,
  kBookingExpired,
  kCapacityRevoked,
  kRejected,
  kError,
};
enum class RunTimeEstimate { kDeclared, kLearned };
enum class WatchRestartCause { kClosed, kExpired, kIdle, kError };
enum class HttpCode {
  k200,
  k201,
  k202,
  k400,
  k401,
  k403,
  k404,
  k405,
  k408,
  k409,
  k410,
  k413,
  k415,
  k422,
  k429,
  k431,
  k500,
  k503,
  k504,
  kNone,  // no answer came
  kOther,
};
HttpCode CodeOf(int http_status);  // 0: no answer came

// Labels with values known at start: indices into the lists of MetricsOptions.
enum class ProfileIndex : size_t {};
enum class ReasonIndex : size_t {};
enum class GangPhaseIndex : size_t {};
enum class ResourceIndex : size_t {};
enum class PluginIndex : size_t {};
enum class PluginCounterIndex : size_t {};
enum class RemotePluginIndex : size_t {};

struct MetricsOptions {
  std::string version;  // of build_info
  std::string commit;
  std::vector<std::string> profiles = {"tutti"};
  std::vector<std::string> reasons;
  std::vector<std::string> gang_phases;
  std::vector<std::string> resources;  // that we watch
  std::vector<std::string> plugins;
  std::vector<std::string> plugin_counters;  // by CounterId
  std::vector<std::string> remote_plugins;
};

class Metrics {
 public:
  explicit Metrics(MetricsOptions options);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The Prometheus text format, version 0.0.4. Runs the collectors first; one at a time, whoever
  // asks meanwhile waits.
  std::string ExpositionText() const;

  // `collect` runs before each exposition, on its thread, to set gauges that are cheaper to look up
  // than to keep (ages, depths), and never twice at a time. It must not block.
  void AddCollector(std::function<void()> collect);

 private:
  const std::unique_ptr<MetricsRegistry> registry_;
  mutable std::mutex mutex_;  // guards collectors_, and what they keep between two runs
  std::vector<std::function<void()>> collectors_;

 public:
  const Family<Counter, AttemptResult, ProfileIndex> schedule_attempts;
  const Family<Gauge, PendingQueue> pending_pods;
  const Family<Histogram, ExtensionPoint, PointStatus, ProfileIndex> extension_point_duration;
  const Family<Histogram, PluginIndex, ExtensionPoint> plugin_execution_duration;
  const Family<Histogram, ExtenderVerb, HttpCode> extender_request_duration;
  const Family<Counter, HttpDoor, HttpProtocol> http_connections;
  const Family<Counter, HttpDoor, HttpProtocol> http_requests;
  const Family<Counter, ReasonIndex> rejections;
  const Family<Counter, PluginIndex, ExtensionPoint> plugin_failures;
  const Family<Counter, PluginCounterIndex> plugin_counters;
  const Family<Gauge, RemotePluginIndex> plugin_circuit_state;
  const Family<Gauge, GangPhaseIndex> gangs;
  const Family<Gauge, CachedType> scheduler_cache_size;
  const Family<Histogram, ControlMethod, GrpcCode> control_request_duration;
  const Family<Histogram, RunTimeEstimate> run_time_ratio;
  const Family<Gauge, HeldKind> held;
  const Family<Gauge, ResourceIndex> cache_staleness;
  const Family<Counter, AdmissionOutcome> admissions;
  const Family<Counter, SubmitCheckOutcome> submit_checks;
  const Family<Counter, ProvisioningOutcome> provisioning_outcomes;
  const Family<Counter, ApiVerb, HttpCode> api_requests;
  const Family<Counter, ResourceIndex, WatchRestartCause> watch_restarts;
  const Family<Counter, DecisionLogEntry> decision_log_entries;
  const Family<Counter, DecisionLogEntry> decision_log_dropped;

  const Histogram gang_wait;
  const Histogram plan_duration;
  const Counter bind_conflicts;
  const Counter gang_marker_conflicts;
  const Counter filter_holds;
  const Counter webhook_registrations;
  const Counter webhook_errors;
  const Counter events_dropped;
  const Counter decision_log_bytes;
  const Counter decision_log_errors;
  const Gauge extender_inflight;
  const Gauge reservations;
  const Gauge bind_parked;
  const Gauge webhook_certificate_expiry;
  const Gauge planned_starts;
  const Gauge provisioning_requests;
  const Gauge mailbox_depth;
  const Gauge snapshot_age;
  const Gauge leader;
  const Gauge control_watchers;
};

// docs/reference/metrics.md.
std::string MetricsReferenceMarkdown();

}  // namespace tutti::obs
