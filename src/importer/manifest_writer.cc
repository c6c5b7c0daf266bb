#include "importer/manifest_writer.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "importer/amount.h"

namespace tutti::importer {
namespace {

using Json = nlohmann::ordered_json;

// A whole number with one unit, as the configuration reads it; parts of a second count as one.
std::string DurationText(base::Duration duration) {
  int64_t value = std::chrono::ceil<std::chrono::seconds>(duration).count();
  const char* unit = "s";
  for (const auto& [factor, larger] :
       {std::pair(60, "m"), std::pair(60, "h"), std::pair(24, "d")}) {
    if (value == 0 || value % factor != 0) break;
    value /= factor;
    unit = larger;
  }
  return absl::StrFormat("%d%s", value, unit);
}

void AddAmounts(Json& spec, const char* key, const Amounts& amounts) {
  if (amounts.empty()) return;
  Json& map = spec[key] = Json::object();
  for (const auto& [resource, amount] : amounts) map[resource] = AmountText(resource, amount);
}

void AddFlavors(Json& spec, const ImportedQueue& queue) {
  for (const ImportedFlavor& flavor : queue.flavors) {
    Json item = {{"name", flavor.name}};
    AddAmounts(item, "guaranteed", flavor.guaranteed);
    AddAmounts(item, "limit", flavor.limit);
    AddAmounts(item, "borrowLimit", flavor.borrow_limit);
    AddAmounts(item, "lendLimit", flavor.lend_limit);
    spec["flavors"].push_back(std::move(item));
  }
  if (queue.next_before_borrowing) spec["flavorFungibility"]["whenCanBorrow"] = "TryNextFlavor";
  if (queue.reclaims_before_next) spec["flavorFungibility"]["whenCanPreempt"] = "Preempt";
}

void AddBound(Json& spec, const char* limit, const char* gangs, const ImportedBound& bound) {
  AddAmounts(spec, limit, bound.limit);
  if (bound.max_running_gangs > 0) spec[gangs] = bound.max_running_gangs;
}

void AddLimits(Json& spec, const ImportedQueue& queue) {
  AddBound(spec, "userLimit", "maxRunningGangsPerUser", queue.of_user);
  AddBound(spec, "groupLimit", "maxRunningGangsPerGroup", queue.of_group);
  for (const ImportedLimit& limit : queue.limits) {
    Json item = Json::object();
    if (!limit.users.empty()) item["users"] = limit.users;
    if (!limit.groups.empty()) item["groups"] = limit.groups;
    AddBound(item, "limit", "maxRunningGangs", limit.bound);
    spec["limits"].push_back(std::move(item));
  }
}

Json SpecOf(const ImportedQueue& queue) {
  Json spec = Json::object();
  if (!queue.parent.empty()) spec["parent"] = queue.parent;
  AddAmounts(spec, "guaranteed", queue.guaranteed);
  AddAmounts(spec, "limit", queue.limit);
  AddAmounts(spec, "borrowLimit", queue.borrow_limit);
  AddAmounts(spec, "lendLimit", queue.lend_limit);
  AddFlavors(spec, queue);
  if (queue.weight) spec["weight"] = *queue.weight;
  if (queue.priority) spec["priority"] = *queue.priority;
  if (queue.strict_fifo) spec["queueingStrategy"] = "StrictFIFO";
  if (queue.max_running_gangs > 0) spec["maxRunningGangs"] = queue.max_running_gangs;
  AddLimits(spec, queue);
  if (!queue.reclaimable) spec["reclaimable"] = false;
  if (queue.min_runtime.count() > 0) spec["minRuntime"] = DurationText(queue.min_runtime);
  if (queue.reclaim_delay.count() > 0) spec["reclaimDelay"] = DurationText(queue.reclaim_delay);
  if (!queue.namespaces.empty()) spec["namespaces"] = queue.namespaces;
  if (queue.state == ImportedQueue::State::kHeld) spec["state"] = "Held";
  if (queue.state == ImportedQueue::State::kClosed) spec["state"] = "Closed";
  return spec;
}

Manifest Write(Manifest manifest, Json spec) {
  Json object;
  object["apiVersion"] = absl::StrFormat("%s/%s", kManifestGroup, kManifestVersion);
  object["kind"] = manifest.kind;
  object["metadata"] = {{"name", manifest.name}};
  if (!manifest.ns.empty()) object["metadata"]["namespace"] = manifest.ns;
  object["spec"] = std::move(spec);
  manifest.json = object.dump(-1, ' ', false, Json::error_handler_t::replace);
  return manifest;
}

}  // namespace

std::vector<Manifest> WriteManifests(const Imported& imported) {
  std::vector<Manifest> manifests;
  std::map<std::string_view, size_t> depths;
  size_t deepest = 0;
  for (const ImportedQueue& queue : imported.queues) {
    const auto parent = depths.find(queue.parent);
    const size_t depth = parent == depths.end() ? 0 : parent->second + 1;
    depths.emplace(queue.name, depth);
    deepest = std::max(deepest, depth);
    manifests.push_back(Write({"queues", "Queue", "", queue.name, depth, ""}, SpecOf(queue)));
  }
  for (const ImportedLocalQueue& local : imported.local_queues) {
    manifests.push_back(Write({"localqueues", "LocalQueue", local.ns, local.name, deepest + 1, ""},
                              {{"queue", local.queue}}));
  }
  return manifests;
}

}  // namespace tutti::importer
