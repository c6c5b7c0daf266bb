#include "apps/status_fields.h"

#include <utility>

#include "absl/time/time.h"
#include "base/quantity.h"

namespace tutti::apps {

using nlohmann::json;

json ConditionsOf(const Verdict& verdict, int64_t generation, const json& before,
                  int64_t wall_nanos) {
  const char* status = verdict.yes ? "True" : "False";
  std::string since =
      absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixNanos(wall_nanos), absl::UTCTimeZone());
  const json conditions = before.value("conditions", json::array());
  for (const json& old : conditions) {
    if (old.value("type", "") == verdict.type && old.value("status", "") == status)
      since = old.value("lastTransitionTime", since);
  }
  return json::array({{{"type", verdict.type},
                       {"status", status},
                       {"reason", verdict.reason},
                       {"message", verdict.message},
                       {"observedGeneration", generation},
                       {"lastTransitionTime", since}}});
}

std::string QuantityOf(const model::ResourceTable& resources, model::ResourceId resource,
                       int64_t amount) {
  if (IsMilli(resource)) return base::FormatMilli(amount);
  const bool bytes = resource == model::kMemory || resources.Name(resource) == "ephemeral-storage";
  return bytes ? base::FormatBytes(amount) : std::to_string(amount);
}

json Replacing(const json& before, json now) {
  if (!before.is_object()) return now;
  for (const auto& [name, value] : before.items()) {
    if (!now.contains(name)) now[name] = nullptr;
  }
  return now;
}

}  // namespace tutti::apps
