// LineChart: series as one SVG element.
#pragma once

#include <cstdint>
#include <string>

#include "sim/report/report.h"

namespace tutti::sim {

// Steps over virtual time; strips of the background tell the values under the pointer. "" where
// there is no point, for the page to say so.
std::string LineChart(const Chart& chart, int64_t span_ms);

}  // namespace tutti::sim
