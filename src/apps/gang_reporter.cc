#include "apps/gang_reporter.h"

namespace tutti::apps {

void GangReporter::Report(const model::ReportGang& report) {
  const std::string text =
      report.detail.empty() ? model::Describe(report.reason, resources_) : report.detail;
  log_.Info("gang", {{"namespace", report.key.namespace_name},
                     {"gang", report.display_name},
                     {"dialect", report.key.dialect},
                     {"reason", model::CodeName(report.reason.code)},
                     {"note", text}});
  if (report.reason.code != model::ReasonCode::kPlaced) {
    metrics_.rejections.At(obs::ReasonIndex(static_cast<size_t>(report.reason.code))).Increment();
  }
  for (const model::PodRef& pod : report.examples) {
    kube::EventDescription event;
    event.regarding.ns = pod.namespace_name;
    event.regarding.name = pod.name;
    event.regarding.uid = pod.uid.ToString();
    event.warning = report.reason.code != model::ReasonCode::kPlaced;
    event.reason = model::CodeName(report.reason.code);
    event.action = "Scheduling";
    event.note = "gang " + report.display_name + ": " + text;
    events_.Record(event);
  }
}

}  // namespace tutti::apps
