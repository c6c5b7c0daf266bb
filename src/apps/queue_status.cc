#include "apps/queue_status.h"

#include <string_view>
#include <vector>

#include "absl/strings/str_format.h"
#include "apps/status_fields.h"
#include "nlohmann/json.hpp"

namespace tutti::apps {
namespace {

using model::ResourceTable;
using nlohmann::json;

Verdict Judge(const QueueDescription& queue) {
  if (!queue.problem.empty()) return {"Ready", false, "Misconfigured", queue.problem};
  if (queue.state == "Held") return {"Ready", false, "Held", "nothing of the queue is started"};
  if (queue.state == "Closed")
    return {"Ready", false, "Closed", "the queue takes no gangs any more"};
  return {"Ready", true, "Open", "gangs of the queue are started as its share allows"};
}

json UsedOf(const std::vector<QueueAmount>& amounts, const ResourceTable& resources) {
  json used = json::object();
  for (const QueueAmount& amount : amounts)
    used[resources.Name(amount.resource)] = QuantityOf(resources, amount.resource, amount.used);
  return used;
}

// With what it may hold of each.
json PartsOf(const std::vector<QueuePart>& parts, const ResourceTable& resources) {
  json list = json::array();
  for (const QueuePart& part : parts) {
    json entry = {{"name", part.name}, {"used", UsedOf(part.amounts, resources)}};
    for (const QueueAmount& amount : part.amounts) {
      const std::string name = resources.Name(amount.resource);
      if (amount.guaranteed > 0)
        entry["guaranteed"][name] = QuantityOf(resources, amount.resource, amount.guaranteed);
      if (amount.limit != QueueAmount::kUnlimited)
        entry["limit"][name] = QuantityOf(resources, amount.resource, amount.limit);
    }
    if (part.running > 0) entry["runningGangs"] = part.running;
    if (part.most_running > 0) entry["maxRunningGangs"] = part.most_running;
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace

json QueueStatus(const planner::QueueReport& report, const ResourceTable& resources,
                 const json& before, int64_t wall_nanos) {
  const QueueDescription& queue = report.description;
  const int64_t generation = queue.generation.value_or(0);
  json status = {
      {"observedGeneration", generation},
      {"conditions", ConditionsOf(Judge(queue), generation, before, wall_nanos)},
      {"used", Replacing(before.value("used", json::object()), UsedOf(queue.amounts, resources))},
      {"share", absl::StrFormat("%.3f", queue.share)},
      {"runningGangs", queue.running},
      {"waitingGangs", report.waiting_gangs},
      {"waitingPods", report.waiting_pods}};
  // Most queues have none of either.
  const auto add = [&](const char* key, const std::vector<QueuePart>& parts) {
    if (!parts.empty() || before.contains(key)) status[key] = PartsOf(parts, resources);
  };
  add("flavors", queue.flavors);
  add("users", queue.users);
  add("groups", queue.groups);
  return status;
}

}  // namespace tutti::apps
