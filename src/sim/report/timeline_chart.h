// TimelineChart: gangs on racks or nodes as one SVG element.
#pragma once

#include <cstdint>
#include <string>

#include "sim/report/report.h"

namespace tutti::sim {

// Gangs as bars on lanes; those that share a lane at a time stand below one another. "" where there
// is none.
std::string TimelineChart(const Timeline& timeline, int64_t span_ms);

}  // namespace tutti::sim
