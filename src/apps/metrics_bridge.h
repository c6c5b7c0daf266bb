// MetricsBridge: what the parts report of themselves, into the metrics.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "admission/admission_routes.h"
#include "extender/extender_routes.h"
#include "kube/cluster_source.h"
#include "kube/event_recorder.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "planner/core_loop.h"

namespace tutti::apps {

obs::MetricsOptions MetricsOptionsFor(const std::string& version);

// Any thread.
class MetricsBridge final : public extender::ExtenderObserver {
 public:
  MetricsBridge(obs::Metrics& metrics, kube::EventRecorder& events, obs::Logger log)
      : metrics_(metrics), events_(events), log_(std::move(log)) {}

  // Adds the counters that are cheaper to look up at a scrape than to keep. While the process is
  // wired up.
  void CollectEvents();
  void CollectSnapshotAge(const base::Clock& clock);
  // `watched` is asked at each scrape; it answers nothing until there are watches.
  void CollectWatches(std::function<std::vector<kube::ClusterSource::Watched>()> watched,
                      const base::Clock& clock);

  void Began() override;
  void Answered(std::string_view verb, int status, base::Duration spent,
                model::ReasonCode rejection) override;
  // Names the caller in the log: who sent a forged or malformed request.
  void Refused(std::string_view verb, std::string_view peer, std::string_view error) override;
  void OnBatch(const planner::BatchReport& report);
  void OnAdmission(admission::Outcome outcome);

 private:
  obs::Metrics& metrics_;
  kube::EventRecorder& events_;
  const obs::Logger log_;
  std::atomic<int64_t> published_nanos_{0};  // when the last batch ended
};

}  // namespace tutti::apps
