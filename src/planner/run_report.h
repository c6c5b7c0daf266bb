// RunReport: how long a gang ran, for those who learn from it.
#pragma once

#include "planner/core_state.h"
#include "planner/gang.h"

namespace tutti::planner {

// The gang's last member has succeeded: how long it ran is learned and, where an end was expected,
// told in a ReportRun.
void ReportRun(const Gang& gang, CoreState& state);

}  // namespace tutti::planner
