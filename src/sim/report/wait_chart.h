// WaitChart: waits by class as one SVG element.
#pragma once

#include <string>
#include <vector>

#include "sim/report/report.h"

namespace tutti::sim {

// A box per class, the first 40 of them: p25..p75 with the median, a whisker to p95, dots for the
// mean and the longest. "" where there is no class.
std::string WaitChart(const std::vector<WaitClass>& classes);

}  // namespace tutti::sim
