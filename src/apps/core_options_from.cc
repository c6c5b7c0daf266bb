#include "apps/core_options_from.h"

#include <random>

#include "absl/strings/str_format.h"

namespace tutti::apps {

planner::CoreOptions CoreOptionsFrom(const config::Configuration& c, const base::Clock& clock,
                                     const model::DeviceTable& devices) {
  planner::CoreOptions options;
  options.devices = devices;
  options.tie_break = c.placement.tie_break == config::TieBreak::kNodeName
                          ? planner::TieBreak::kNodeName
                          : planner::TieBreak::kBestFit;
  options.wait_timeout = c.gang.wait_timeout;
  options.backoff_initial = c.gang.backoff.initial;
  options.backoff_max = c.gang.backoff.max;
  options.refused_node_expiry = c.gang.refused_node_expiry;
  options.admission_slot_timeout = c.gang.admission_slot_timeout;
  options.repair_timeout = c.gang.repair_timeout;
  options.start_timeout = c.gang.start_timeout;
  // Below kube-scheduler's httpTimeout, so that it hears our answer and not its own deadline.
  options.bind_timeout = c.extender.bind_timeout * 9 / 10;
  options.nominate_head = c.webhook.mark_pods;
  options.partial_gang_policy = c.gang.partial_gang_policy == config::PartialGangPolicy::kKeep
                                    ? planner::PartialGangPolicy::kKeep
                                    : planner::PartialGangPolicy::kEvict;
  options.bind_barrier = c.gang.bind_barrier == config::BindBarrier::kAlways
                             ? planner::BindBarrier::kAlways
                             : planner::BindBarrier::kAuto;
  options.backfill = c.gang.backfill;
  options.run_times = c.gang.run_times;
  options.report_scores = !c.decision_log.path.empty();
  options.timestamp_zero = base::Duration(clock.WallNanos() - clock.Now().nanos);
  std::random_device random;
  options.instance = absl::StrFormat("%08x%08x", random(), random());
  return options;
}

}  // namespace tutti::apps
