#include "apps/queue_status.h"

#include <string_view>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "base/quantity.h"
#include "nlohmann/json.hpp"

namespace tutti::apps {
namespace {

using nlohmann::json;

struct Verdict {
  bool ready = true;
  std::string_view reason;
  std::string message;
};

Verdict Judge(const QueueDescription& queue) {
  if (!queue.problem.empty()) return {false, "Misconfigured", queue.problem};
  if (queue.state == "Held") return {false, "Held", "nothing of the queue is started"};
  if (queue.state == "Closed") return {false, "Closed", "the queue takes no gangs any more"};
  return {true, "Open", "gangs of the queue are started as its share allows"};
}

std::string Quantity(ResourceId resource, int64_t amount, const std::string& name) {
  if (IsMilli(resource)) return base::FormatMilli(amount);
  const bool bytes = resource == kMemory || name == "ephemeral-storage";
  return bytes ? base::FormatBytes(amount) : std::to_string(amount);
}

json Condition(const Verdict& verdict, int64_t generation, const json& before, int64_t wall_nanos) {
  const char* status = verdict.ready ? "True" : "False";
  std::string since =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixNanos(wall_nanos), absl::UTCTimeZone());
  const json conditions = before.value("conditions", json::array());
  for (const json& old : conditions) {
    if (old.value("type", "") == "Ready" && old.value("status", "") == status)
      since = old.value("lastTransitionTime", since);
  }
  return {{"type", "Ready"},
          {"status", status},
          {"reason", verdict.reason},
          {"message", verdict.message},
          {"observedGeneration", generation},
          {"lastTransitionTime", since}};
}

}  // namespace

json QueueStatus(const planner::QueueReport& report, const model::ResourceTable& resources,
                 const json& before, int64_t wall_nanos) {
  const QueueDescription& queue = report.description;
  const int64_t generation = queue.generation.value_or(0);
  json used = json::object();
  for (const QueueAmount& amount : queue.amounts) {
    const std::string name = resources.Name(amount.resource);
    used[name] = Quantity(amount.resource, amount.used, name);
  }
  // A merge patch leaves what it does not name.
  const json used_before = before.value("used", json::object());
  for (const auto& [name, value] : used_before.items()) {
    if (!used.contains(name)) used[name] = nullptr;
  }
  return {{"observedGeneration", generation},
          {"conditions", json::array({Condition(Judge(queue), generation, before, wall_nanos)})},
          {"used", used},
          {"share", absl::StrFormat("%.3f", queue.share)},
          {"runningGangs", queue.running},
          {"waitingGangs", report.waiting_gangs},
          {"waitingPods", report.waiting_pods}};
}

}  // namespace tutti::apps
