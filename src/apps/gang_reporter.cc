#include "apps/gang_reporter.h"

namespace tutti::apps {

void GangReporter::Report(const model::ReportGang& report) {
  const std::string text = report.detail.empty()
                               ? model::Describe(report.reason, report.holders, resources_)
                               : report.detail;
  log_.Info("gang", {{"namespace", report.key.namespace_name},
                     {"gang", report.display_name},
                     {"dialect", report.key.dialect},
                     {"reason", model::CodeName(report.reason)},
                     {"note", text}});
  const bool good = report.reason.code == model::ReasonCode::kPlaced ||
                    report.reason.code == model::ReasonCode::kScheduled;
  if (!good)
    metrics_.rejections.At(obs::ReasonIndex(static_cast<size_t>(report.reason.code))).Increment();
  if (report.reason.code == model::ReasonCode::kScheduled) {
    metrics_.gang_wait.Observe(report.waited);
    metrics_.schedule_attempts.At(obs::AttemptResult::kScheduled, obs::ProfileIndex(0)).Increment();
  } else if (!good) {
    metrics_.schedule_attempts.At(obs::AttemptResult::kUnschedulable, obs::ProfileIndex(0))
        .Increment();
  }
  // A gang that was bound without waiting has nothing to tell that its pods do not show.
  if (good && !report.had_to_wait) return;
  for (const model::PodRef& pod : report.examples) {
    kube::EventDescription event;
    event.regarding.ns = pod.namespace_name;
    event.regarding.name = pod.name;
    event.regarding.uid = pod.uid.ToString();
    event.warning = !good;
    event.reason = model::CodeName(report.reason);
    event.action = "Scheduling";
    event.note = "gang " + report.display_name + ": " + text;
    events_.Record(event);
  }
}

void GangReporter::ReportRun(const model::ReportRun& report) {
  const auto observe = [&](obs::RunTimeEstimate by, base::Duration estimate) {
    if (estimate.count() == 0) return;
    metrics_.run_time_ratio.At(by).Observe(static_cast<double>(report.ran.count()) /
                                           static_cast<double>(estimate.count()));
  };
  observe(obs::RunTimeEstimate::kDeclared, report.declared);
  observe(obs::RunTimeEstimate::kLearned, report.learned);
}

void GangReporter::ReportMarkers(const model::ReportMarkers& report) {
  metrics_.gang_marker_conflicts.Increment();
  // What an event has room for; the rest is for the control API to tell.
  constexpr size_t kMostToldHere = 3;
  std::string text;
  for (size_t i = 0; i < report.conflicts.size() && i < kMostToldHere; ++i)
    text += (i == 0 ? "" : "; ") + report.conflicts[i];
  if (report.conflicts.size() > kMostToldHere)
    text += "; and " + std::to_string(report.conflicts.size() - kMostToldHere) +
            " more, which tutti gang describe shows";
  log_.Info("markers", {{"namespace", report.key.namespace_name},
                        {"gang", report.display_name},
                        {"dialect", report.key.dialect},
                        {"note", text}});
  for (const model::PodRef& pod : report.examples) {
    kube::EventDescription event;
    event.regarding.ns = pod.namespace_name;
    event.regarding.name = pod.name;
    event.regarding.uid = pod.uid.ToString();
    event.warning = true;
    event.reason = "MarkersConflict";
    event.action = "Scheduling";
    event.note = "gang " + report.display_name + ": " + text;
    events_.Record(event);
  }
}

void GangReporter::ReportEviction(const model::EvictPod& evict) {
  log_.Info(
      "evicted",
      {{"namespace", evict.pod.namespace_name}, {"pod", evict.pod.name}, {"note", evict.message}});
  kube::EventDescription event;
  event.regarding.ns = evict.pod.namespace_name;
  event.regarding.name = evict.pod.name;
  event.regarding.uid = evict.pod.uid.ToString();
  event.warning = true;
  event.reason = "Evicted";
  event.action = "Evicting";
  event.note = evict.message;
  events_.Record(event);
}

}  // namespace tutti::apps
