// Machine: what a benchmark ran on, for its report.
#pragma once

#include "nlohmann/json_fwd.hpp"

namespace tutti::testing {

nlohmann::json MachineJson();

}  // namespace tutti::testing
