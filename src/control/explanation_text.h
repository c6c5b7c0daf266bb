// What an explanation says, in sentences for people. The same numbers, nothing more.
#pragma once

#include <string>
#include <vector>

#include "model/resource_table.h"
#include "planner/explanation.h"
#include "planner/simulation.h"

namespace tutti::control {

std::string CauseText(const planner::ClassDiagnosis::Refused& refused,
                      const model::ResourceTable& resources);
std::string RemedyText(const planner::WhyWaiting& why, const model::ResourceTable& resources);
// Empty: it cannot be foreseen.
std::string StartText(const planner::StartRange& start);
std::vector<std::string> Sentences(const planner::Explanation& explanation,
                                   const model::ResourceTable& resources);
std::vector<std::string> Sentences(const planner::SimulatedOutcome& outcome, int64_t nodes,
                                   const model::ResourceTable& resources);

}  // namespace tutti::control
