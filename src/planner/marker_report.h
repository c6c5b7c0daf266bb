// What was understood of a gang's markers, what was ignored, and what contradicts what.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/gang_marker.h"

namespace tutti::planner {

class Gang;

enum class MarkerVerdict : uint8_t { kConflict, kUnderstood, kIgnored };

struct MarkerLine {
  MarkerVerdict verdict = MarkerVerdict::kUnderstood;
  std::string dialect;
  std::string marker;  // "PodGroup spec.minMember"
  std::string value;
  std::string text;  // what it comes to, why it is ignored, who goes before it

  auto operator<=>(const MarkerLine&) const = default;
};

inline constexpr size_t kMostMarkerLines = 64;
// Of the sets of markers that a gang's members carry so many are looked at.
inline constexpr size_t kMostMarkerSets = 16;

// Each line once, by verdict, those of the object before those of pods, at most kMostMarkerLines.
std::vector<MarkerLine> MarkerLines(const Gang& gang);
// The conflicts among them, one sentence each.
std::vector<std::string> MarkerConflicts(const std::vector<MarkerLine>& lines);

}  // namespace tutti::planner
