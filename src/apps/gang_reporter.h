// GangReporter: a gang's change of reason, and markers of it that contradict each other, become a
// log line, an event on one of its pods, and metrics.
#pragma once

#include "kube/event_recorder.h"
#include "model/effect.h"
#include "model/resource_table.h"
#include "obs/log.h"
#include "obs/metrics.h"

namespace tutti::apps {

// Called on the core loop's thread; never blocks.
class GangReporter {
 public:
  GangReporter(const model::ResourceTable& resources, obs::Metrics& metrics, obs::Logger log,
               kube::EventRecorder& events)
      : resources_(resources), metrics_(metrics), log_(std::move(log)), events_(events) {}

  void Report(const model::ReportGang& report);
  void ReportRun(const model::ReportRun& report);
  void ReportMarkers(const model::ReportMarkers& report);
  // Any thread.
  void ReportEviction(const model::EvictPod& evict);

 private:
  const model::ResourceTable& resources_;
  obs::Metrics& metrics_;
  const obs::Logger log_;
  kube::EventRecorder& events_;
};

}  // namespace tutti::apps
