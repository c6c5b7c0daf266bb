// MetricsBridge: what the parts report of themselves, into the metrics.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "admission/admission_routes.h"
#include "admission/submit_route.h"
#include "apps/plugin_runtime.h"
#include "extender/extender_routes.h"
#include "framework/guard.h"
#include "http/server.h"
#include "kube/cluster_source.h"
#include "kube/event_recorder.h"
#include "obs/log.h"
#include "obs/log_limiter.h"
#include "obs/metrics.h"
#include "planner/core_loop.h"
#include "record/decision_log.h"

namespace tutti::apps {

obs::MetricsOptions MetricsOptionsFor(const std::string& version, const PluginRuntime& plugins);

// Any thread.
class MetricsBridge final : public extender::ExtenderObserver {
 public:
  // `clock` must outlive it.
  MetricsBridge(obs::Metrics& metrics, kube::EventRecorder& events, obs::Logger log,
                const PluginRuntime& plugins, const base::Clock& clock);

  // Adds the counters that are cheaper to look up at a scrape than to keep. While the process is
  // wired up.
  void CollectEvents();
  void CollectSnapshotAge(const base::Clock& clock);
  void CollectWatchers(std::function<size_t()> watchers);
  void CollectCircuits(const PluginRuntime& plugins);
  // `server` is asked at each scrape; null where there is no such door, or none yet.
  void CollectHttp(std::function<const http::Server*(obs::HttpDoor)> server);
  void CollectDecisionLog(const record::DecisionLog& log);
  // `watched` is asked at each scrape; it answers nothing until there are watches.
  void CollectWatches(std::function<std::vector<kube::ClusterSource::Watched>()> watched,
                      const base::Clock& clock);

  void Began() override;
  void Answered(std::string_view verb, int status, base::Duration spent,
                model::ReasonCode rejection) override;
  void FilterHeld() override;
  // Names the caller in the log: who sent a forged or malformed request. Of many, some of each
  // verb.
  void Refused(std::string_view verb, std::string_view peer, std::string_view error) override;
  void OnBatch(const planner::BatchReport& report);
  void OnControlCall(std::string_view method, absl::StatusCode code, base::Duration spent);
  void OnAdmission(admission::Outcome outcome);
  void OnSubmit(admission::SubmitOutcome outcome);
  // Logged once per plugin and point; counted always.
  void OnPluginFailure(const framework::PluginFailure& failure);
  // `plugin`: its number in the profile.
  void OnPluginRan(uint16_t plugin, std::string_view point, base::Duration took);

 private:
  obs::Metrics& metrics_;
  kube::EventRecorder& events_;
  const obs::Logger log_;
  const std::vector<std::string> plugins_;  // by PluginIndex
  std::deque<obs::LogLimiter> refusals_;    // by ExtenderVerb
  absl::Mutex mutex_;
  std::set<std::pair<std::string, std::string>> failures_logged_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int64_t> published_nanos_{0};  // when the last batch ended
};

}  // namespace tutti::apps
