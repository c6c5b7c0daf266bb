#include "apps/local_queue_status.h"

#include "apps/status_fields.h"
#include "nlohmann/json.hpp"

namespace tutti::apps {
namespace {

using nlohmann::json;

Verdict Judge(const QueueHandle& handle) {
  if (!handle.queue_found) return {"Active", false, "QueueNotFound", handle.problem};
  if (!handle.problem.empty()) return {"Active", false, "QueueNotActive", handle.problem};
  return {"Active", true, "QueueActive", "gangs that name it wait in queue " + handle.queue};
}

}  // namespace

json LocalQueueStatus(const planner::HandleReport& report, const model::ResourceTable& resources,
                      const json& before, int64_t wall_nanos) {
  const QueueHandle& handle = report.handle;
  json used = json::object();
  for (const auto& [resource, amount] : report.used.entries()) {
    if (amount != 0 && resource != model::kPods)
      used[resources.Name(resource)] = QuantityOf(resources, resource, amount);
  }
  return {{"observedGeneration", handle.generation},
          {"conditions", ConditionsOf(Judge(handle), handle.generation, before, wall_nanos)},
          {"used", Replacing(before.value("used", json::object()), std::move(used))},
          {"runningGangs", report.running_gangs},
          {"waitingGangs", report.waiting_gangs},
          {"waitingPods", report.waiting_pods}};
}

}  // namespace tutti::apps
