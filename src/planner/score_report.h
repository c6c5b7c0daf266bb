// ScoreReport: what the Score plugins gave the nodes of a plan, for the decision log.
#pragma once

#include "planner/core_state.h"
#include "planner/gang_placer.h"

namespace tutti::planner {

// Emits a ReportScores where CoreOptions::report_scores is set and a plugin scored.
void ReportScores(const Gang& gang, const Placement& placement, CoreState& state);

}  // namespace tutti::planner
