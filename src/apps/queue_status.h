// QueueStatus: what stands under `status` of a Queue object.
#pragma once

#include <cstdint>
#include <string>

#include "model/resource_table.h"
#include "nlohmann/json_fwd.hpp"
#include "planner/core_reader.h"

namespace tutti::apps {

// `before`: the object's status as it is now. The condition Ready keeps its lastTransitionTime as
// long as its status stays the same.
nlohmann::json QueueStatus(const planner::QueueReport& report,
                           const model::ResourceTable& resources, const nlohmann::json& before,
                           int64_t wall_nanos);

}  // namespace tutti::apps
