#include "run_time_limit.h"

#include <algorithm>
#include <optional>

namespace tutti::plugins {

bool MayRunTooLong(const QueueSpec& spec, const GangView& gang) {
  if (spec.max_run_time.count() == 0) return false;
  const bool says = gang.duration.count() > 0;
  return says ? gang.duration > spec.max_run_time : spec.run_time_action == RunTimeAction::kNone;
}

std::chrono::nanoseconds RunTimeLimit(const QueueTree& tree, QueueId queue, const GangView& gang) {
  std::chrono::nanoseconds limit{0};
  const auto bound = [&](std::chrono::nanoseconds by) {
    if (by.count() > 0) limit = limit.count() == 0 ? by : std::min(limit, by);
  };
  for (std::optional<QueueId> at = queue; at; at = tree.parent(*at)) {
    const QueueSpec& spec = tree.spec(*at);
    if (spec.run_time_action == RunTimeAction::kNone) continue;
    bound(spec.max_run_time);
    if (spec.run_time_action == RunTimeAction::kEvictDeclared) bound(gang.duration);
  }
  return limit;
}

}  // namespace tutti::plugins
