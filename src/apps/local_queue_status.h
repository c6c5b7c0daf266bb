// LocalQueueStatus: what stands under `status` of a LocalQueue object.
#pragma once

#include <cstdint>

#include "model/resource_table.h"
#include "nlohmann/json_fwd.hpp"
#include "planner/core_reader.h"

namespace tutti::apps {

// `before`: as in queue_status.h; the condition is called Active.
nlohmann::json LocalQueueStatus(const planner::HandleReport& report,
                                const model::ResourceTable& resources, const nlohmann::json& before,
                                int64_t wall_nanos);

}  // namespace tutti::apps
