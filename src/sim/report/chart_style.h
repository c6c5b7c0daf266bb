// What the drawings of a report share with its style sheet. Internal to src/sim/report.
#pragma once

#include <cstddef>

namespace tutti::sim {

inline constexpr double kChartWidth = 960;
inline constexpr size_t kSeriesColours = 6;  // classes s0..s5
inline constexpr size_t kGangColours = 8;    // classes g0..g7

}  // namespace tutti::sim
