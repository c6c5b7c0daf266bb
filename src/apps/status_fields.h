// What stands under `status` of API objects of several kinds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/resource_table.h"
#include "nlohmann/json.hpp"

namespace tutti::apps {

struct Verdict {
  std::string_view type;  // "Ready"
  bool yes = true;
  std::string_view reason;
  std::string message;
};

// As the one item of `conditions`. It keeps the lastTransitionTime of `before`, the status as it is
// now, as long as its own status stays the same.
nlohmann::json ConditionsOf(const Verdict& verdict, int64_t generation,
                            const nlohmann::json& before, int64_t wall_nanos);

// As manifests have it.
std::string QuantityOf(const model::ResourceTable& resources, model::ResourceId resource,
                       int64_t amount);

// A merge patch leaves what it does not name: this one removes what only `before` has.
nlohmann::json Replacing(const nlohmann::json& before, nlohmann::json now);

}  // namespace tutti::apps
