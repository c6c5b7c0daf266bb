#include "apps/metrics_bridge.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace tutti::apps {
namespace {

obs::ExtenderVerb VerbOf(std::string_view verb) {
  if (verb == "filter") return obs::ExtenderVerb::kFilter;
  if (verb == "prioritize") return obs::ExtenderVerb::kPrioritize;
  if (verb == "preempt") return obs::ExtenderVerb::kPreempt;
  if (verb == "bind") return obs::ExtenderVerb::kBind;
  return verb == "filter-dryrun" ? obs::ExtenderVerb::kFilterDryRun : obs::ExtenderVerb::kOther;
}

obs::ControlMethod MethodOf(std::string_view method) {
  // In the order of the enumeration.
  constexpr std::string_view kMethods[] = {
      "ListGangs",   "GetGang", "ListQueues", "ListNodes", "ListReservations",
      "ListPlugins", "Explain", "Simulate",   "Watch",     "Snapshot",
      "Hold",        "Drain",   "Resume"};
  const auto* const at = std::find(std::begin(kMethods), std::end(kMethods), method);
  return static_cast<obs::ControlMethod>(at - std::begin(kMethods));
}

constexpr const char* kPhases[] = {"Waiting", "Placed", "Binding", "Scheduled"};

std::vector<std::string> PluginNames(const PluginRuntime& plugins) {
  std::vector<std::string> names;
  for (const auto& enabled : plugins.profile().plugins()) names.push_back(enabled.name);
  return names;
}

// The index of `name` in `names`; past the end, which means "other", where it is not there.
size_t IndexOf(const std::vector<std::string>& names, std::string_view name) {
  return static_cast<size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

// By the name that the runtime calls it.
obs::ExtensionPoint PointOf(std::string_view name) {
  using obs::ExtensionPoint;
  static constexpr std::pair<std::string_view, ExtensionPoint> kPoints[] = {
      {"Filter", ExtensionPoint::kFilter},
      {"Score", ExtensionPoint::kScore},
      {"PreFilter", ExtensionPoint::kPreFilter},
      {"PreScore", ExtensionPoint::kPreScore},
      {"NormalizeScore", ExtensionPoint::kNormalizeScore},
      {"DeviceSelect", ExtensionPoint::kDeviceSelect},
      {"QueueSelect", ExtensionPoint::kQueueSelect},
      {"QueueSort", ExtensionPoint::kQueueSort},
      {"PreEnqueue", ExtensionPoint::kPreEnqueue},
      {"PlacementGenerate", ExtensionPoint::kPlacementGenerate},
      {"PlacementScore", ExtensionPoint::kPlacementScore},
      {"PostFilter", ExtensionPoint::kPostFilter},
      {"SelectVictims", ExtensionPoint::kSelectVictims},
      {"Reserve", ExtensionPoint::kReserve},
      {"Unreserve", ExtensionPoint::kUnreserve},
      {"Permit", ExtensionPoint::kPermit},
      {"PreBind", ExtensionPoint::kPreBind},
      {"PostBind", ExtensionPoint::kPostBind},
      {"ClusterEvent", ExtensionPoint::kClusterEvent},
      {"EventsToRegister", ExtensionPoint::kClusterEvent},
      {"ObjectWatch", ExtensionPoint::kObjectWatch},
      {"State", ExtensionPoint::kState},
  };
  for (const auto& [known, point] : kPoints) {
    if (known == name) return point;
  }
  return ExtensionPoint::kFilter;
}

}  // namespace

obs::MetricsOptions MetricsOptionsFor(const std::string& version, const PluginRuntime& plugins) {
  obs::MetricsOptions options;
  options.version = version;
  for (int code = 0; code < model::kReasonCodes; ++code) {
    options.reasons.emplace_back(model::CodeName(static_cast<model::ReasonCode>(code)));
  }
  options.plugins = PluginNames(plugins);
  for (const auto& counter : plugins.counters())
    options.plugin_counters.push_back(counter.plugin + "/" + counter.name);
  for (const PluginRuntime::Remote& remote : plugins.remotes())
    options.remote_plugins.push_back(remote.name);
  for (const char* phase : kPhases) options.gang_phases.emplace_back(phase);
  options.resources = {"nodes", "pods"};
  return options;
}

void MetricsBridge::CollectEvents() {
  metrics_.AddCollector([this, before = kube::EventRecorderStats()]() mutable {
    const kube::EventRecorderStats now = events_.stats();
    const uint64_t dropped = now.dropped_full + now.dropped_rate;
    metrics_.events_dropped.Increment(
        static_cast<double>(dropped - before.dropped_full - before.dropped_rate));
    before = now;
  });
}

void MetricsBridge::CollectWatchers(std::function<size_t()> watchers) {
  metrics_.AddCollector([this, watchers = std::move(watchers)] {
    metrics_.control_watchers.Set(static_cast<double>(watchers()));
  });
}

void MetricsBridge::CollectSnapshotAge(const base::Clock& clock) {
  metrics_.AddCollector([this, &clock] {
    const base::Duration age(clock.Now().nanos - published_nanos_);
    metrics_.snapshot_age.Set(std::chrono::duration<double>(age).count());
  });
}

void MetricsBridge::CollectCircuits(const PluginRuntime& plugins) {
  metrics_.AddCollector([this, &plugins] {
    for (size_t i = 0; i < plugins.remotes().size(); ++i) {
      metrics_.plugin_circuit_state.At(obs::RemotePluginIndex(i))
          .Set(static_cast<double>(plugins.remotes()[i].state()));
    }
  });
}

void MetricsBridge::CollectHttp(std::function<const http::Server*(obs::HttpDoor)> server) {
  struct Line {
    obs::HttpDoor door;
    obs::HttpProtocol label;
    http::Protocol protocol;
    http::Traffic before;
  };
  std::vector<Line> lines;
  for (const obs::HttpDoor door : {obs::HttpDoor::kExtender, obs::HttpDoor::kWebhook}) {
    lines.push_back({door, obs::HttpProtocol::kHttp1, http::Protocol::kHttp1, {}});
    lines.push_back({door, obs::HttpProtocol::kHttp2, http::Protocol::kHttp2, {}});
  }
  metrics_.AddCollector([this, server = std::move(server), lines = std::move(lines)]() mutable {
    for (Line& line : lines) {
      const http::Server* const asked = server(line.door);
      if (asked == nullptr) continue;
      const http::Traffic now = asked->traffic(line.protocol);
      metrics_.http_connections.At(line.door, line.label)
          .Increment(static_cast<double>(now.connections - line.before.connections));
      metrics_.http_requests.At(line.door, line.label)
          .Increment(static_cast<double>(now.requests - line.before.requests));
      line.before = now;
    }
  });
}
void MetricsBridge::CollectDecisionLog(const record::DecisionLog& log) {
  metrics_.AddCollector([this, &log, before = record::DecisionLog::Stats()]() mutable {
    using Entry = obs::DecisionLogEntry;
    const record::DecisionLog::Stats now = log.stats();
    const auto add = [](const obs::Counter& counter, uint64_t is, uint64_t was) {
      counter.Increment(static_cast<double>(is - was));
    };
    add(metrics_.decision_log_bytes, now.bytes, before.bytes);
    add(metrics_.decision_log_errors, now.write_errors, before.write_errors);
    const auto& entries = metrics_.decision_log_entries;
    add(entries.At(Entry::kBatch), now.batches, before.batches);
    add(entries.At(Entry::kFilterAnswer), now.filter_answers, before.filter_answers);
    add(entries.At(Entry::kScoreAnswer), now.score_answers, before.score_answers);
    add(entries.At(Entry::kCheckpoint), now.checkpoints, before.checkpoints);
    const auto& dropped = metrics_.decision_log_dropped;
    add(dropped.At(Entry::kBatch), now.dropped_batches, before.dropped_batches);
    add(dropped.At(Entry::kFilterAnswer), now.dropped_filter_answers,
        before.dropped_filter_answers);
    add(dropped.At(Entry::kScoreAnswer), now.dropped_score_answers, before.dropped_score_answers);
    before = now;
  });
}

void MetricsBridge::CollectWatches(
    std::function<std::vector<kube::ClusterSource::Watched>()> watched, const base::Clock& clock) {
  metrics_.AddCollector([this, watched = std::move(watched), &clock,
                         before = std::map<std::string, kube::ReflectorStats>()]() mutable {
    for (const kube::ClusterSource::Watched& w : watched()) {
      const size_t index = w.resource == "nodes" ? 0 : w.resource == "pods" ? 1 : SIZE_MAX;
      if (index == SIZE_MAX) continue;
      const auto resource = obs::ResourceIndex(index);
      const kube::ReflectorStats last = std::exchange(before[w.resource], w.stats);
      metrics_.cache_staleness.At(resource).Set(
          std::chrono::duration<double>(clock.Now() - w.last_contact).count());
      const auto restarts = [&](obs::WatchRestartCause cause, uint64_t now, uint64_t then) {
        metrics_.watch_restarts.At(resource, cause).Increment(static_cast<double>(now - then));
      };
      restarts(obs::WatchRestartCause::kClosed, w.stats.watches, last.watches);
      restarts(obs::WatchRestartCause::kExpired, w.stats.expired, last.expired);
      restarts(obs::WatchRestartCause::kError, w.stats.errors, last.errors);
    }
  });
}

void MetricsBridge::Began() { metrics_.extender_inflight.Add(1); }

void MetricsBridge::Answered(std::string_view verb, int status, base::Duration spent,
                             model::ReasonCode rejection) {
  metrics_.extender_inflight.Add(-1);
  metrics_.extender_request_duration.At(VerbOf(verb), obs::CodeOf(status)).Observe(spent);
  const obs::PointStatus outcome = status != 200 ? obs::PointStatus::kError
                                   : rejection == model::ReasonCode::kNone
                                       ? obs::PointStatus::kSuccess
                                       : obs::PointStatus::kUnschedulable;
  if (verb == "filter" || verb == "bind") {
    metrics_.extension_point_duration
        .At(verb == "bind" ? obs::ExtensionPoint::kBind : obs::ExtensionPoint::kFilter, outcome,
            obs::ProfileIndex(0))
        .Observe(spent);
  }
  if (rejection != model::ReasonCode::kNone && rejection != model::ReasonCode::kPlaced) {
    metrics_.rejections.At(obs::ReasonIndex(static_cast<size_t>(rejection))).Increment();
  }
}

void MetricsBridge::FilterHeld() { metrics_.filter_holds.Increment(); }

void MetricsBridge::Refused(std::string_view verb, std::string_view peer, std::string_view error) {
  if (verb == "bind") metrics_.bind_conflicts.Increment();
  const std::optional<uint64_t> left_out = refusals_[static_cast<size_t>(VerbOf(verb))].Pass();
  if (!left_out) return;
  log_.Warn("refused", {{"verb", verb}, {"peer", peer}, {"error", error}, {"left_out", *left_out}});
}

void MetricsBridge::OnBatch(const planner::BatchReport& report) {
  published_nanos_ = report.ended.nanos;
  metrics_.mailbox_depth.Set(static_cast<double>(report.mailbox_depth));
  metrics_.plan_duration.Observe(report.spent);
  metrics_.reservations.Set(static_cast<double>(report.reservations));
  if (!report.with_counts) return;
  events_.Tick();
  metrics_.scheduler_cache_size.At(obs::CachedType::kNodes)
      .Set(static_cast<double>(report.counts.nodes));
  metrics_.scheduler_cache_size.At(obs::CachedType::kPods)
      .Set(static_cast<double>(report.counts.pods));
  metrics_.scheduler_cache_size.At(obs::CachedType::kAssumedPods)
      .Set(static_cast<double>(report.counts.active));
  metrics_.held.At(obs::HeldKind::kGangs).Set(static_cast<double>(report.counts.held_gangs));
  metrics_.held.At(obs::HeldKind::kNodes).Set(static_cast<double>(report.counts.closed_nodes));
  metrics_.bind_parked.Set(static_cast<double>(report.counts.parked_binds));
  metrics_.planned_starts.Set(static_cast<double>(report.counts.planned_starts));
  metrics_.pending_pods.At(obs::PendingQueue::kActive)
      .Set(static_cast<double>(report.counts.active));
  metrics_.pending_pods.At(obs::PendingQueue::kGated).Set(static_cast<double>(report.counts.gated));
  metrics_.pending_pods.At(obs::PendingQueue::kBackoff)
      .Set(static_cast<double>(report.counts.backing_off));
  metrics_.pending_pods.At(obs::PendingQueue::kUnschedulable)
      .Set(static_cast<double>(report.counts.unschedulable));
  for (size_t i = 0; i < std::size(kPhases); ++i) {
    const auto it = report.counts.gangs_by_phase.find(kPhases[i]);
    const size_t count = it == report.counts.gangs_by_phase.end() ? 0 : it->second;
    metrics_.gangs.At(obs::GangPhaseIndex(i)).Set(static_cast<double>(count));
  }
}

void MetricsBridge::OnControlCall(std::string_view method, absl::StatusCode code,
                                  base::Duration spent) {
  metrics_.control_request_duration.At(MethodOf(method), obs::GrpcCode(static_cast<size_t>(code)))
      .Observe(spent);
}

MetricsBridge::MetricsBridge(obs::Metrics& metrics, kube::EventRecorder& events, obs::Logger log,
                             const PluginRuntime& plugins, const base::Clock& clock)
    : metrics_(metrics), events_(events), log_(std::move(log)), plugins_(PluginNames(plugins)) {
  for (size_t verb = 0; verb <= static_cast<size_t>(obs::ExtenderVerb::kOther); ++verb)
    refusals_.emplace_back(clock);
}

void MetricsBridge::OnPluginFailure(const framework::PluginFailure& failure) {
  metrics_.plugin_failures
      .At(obs::PluginIndex(IndexOf(plugins_, failure.plugin)), PointOf(failure.point))
      .Increment();
  {
    absl::MutexLock lock(&mutex_);
    if (!failures_logged_.emplace(failure.plugin, failure.point).second) return;
  }
  log_.Error("plugin_failed", {{"plugin", failure.plugin},
                               {"extension_point", failure.point},
                               {"error", failure.message},
                               {"hint", "further failures are only counted"}});
}

void MetricsBridge::OnPluginRan(uint16_t plugin, std::string_view point, base::Duration took) {
  metrics_.plugin_execution_duration.At(obs::PluginIndex(plugin), PointOf(point)).Observe(took);
}

void MetricsBridge::OnAdmission(admission::Outcome outcome) {
  static constexpr obs::AdmissionOutcome kOutcomes[] = {
      obs::AdmissionOutcome::kPlanned, obs::AdmissionOutcome::kGated,
      obs::AdmissionOutcome::kIgnored, obs::AdmissionOutcome::kDryRun,
      obs::AdmissionOutcome::kError};
  metrics_.admissions.At(kOutcomes[static_cast<size_t>(outcome)]).Increment();
}

void MetricsBridge::OnSubmit(admission::SubmitOutcome outcome) {
  static constexpr obs::SubmitCheckOutcome kOutcomes[] = {
      obs::SubmitCheckOutcome::kAllowed, obs::SubmitCheckOutcome::kRefused,
      obs::SubmitCheckOutcome::kUnanswered, obs::SubmitCheckOutcome::kIgnored};
  metrics_.submit_checks.At(kOutcomes[static_cast<size_t>(outcome)]).Increment();
}

}  // namespace tutti::apps
