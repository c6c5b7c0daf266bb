#include "cli/marker_text.h"

#include <algorithm>
#include <ostream>
#include <string>

#include "absl/strings/str_format.h"
#include "cli/diagnosis_text.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

std::string VerdictText(pb::MarkerVerdict verdict) {
  switch (verdict) {
    case pb::MARKER_VERDICT_CONFLICT:
      return "Conflict";
    case pb::MARKER_VERDICT_UNDERSTOOD:
      return "Understood";
    case pb::MARKER_VERDICT_IGNORED:
      return "Ignored";
    default:
      return "Unknown";
  }
}

int64_t CountOf(const Markers& markers, pb::MarkerVerdict verdict) {
  return std::count_if(markers.begin(), markers.end(),
                       [&](const pb::GangMarker& marker) { return marker.verdict() == verdict; });
}

}  // namespace

void PrintMarkers(std::ostream& out, const Markers& markers) {
  if (markers.empty()) return;
  out << "\n";
  Table table({"MARKER", "VALUE", "DIALECT", "VERDICT", "MEANS"});
  for (const pb::GangMarker& marker : markers) {
    table.Add({marker.marker(), marker.value(), marker.dialect(), VerdictText(marker.verdict()),
               marker.text()});
  }
  table.Print(out);
}

void PrintMarkerConflicts(std::ostream& out, const Style& style, const Markers& markers) {
  const int64_t conflicts = CountOf(markers, pb::MARKER_VERDICT_CONFLICT);
  const int64_t ignored = CountOf(markers, pb::MARKER_VERDICT_IGNORED);
  if (conflicts + ignored == 0) return;
  PrintField(out, style, "Markers",
             absl::StrFormat("%d understood, %d ignored, %d in conflict (tutti gang describe shows "
                             "them)",
                             CountOf(markers, pb::MARKER_VERDICT_UNDERSTOOD), ignored, conflicts));
  for (const pb::GangMarker& marker : markers) {
    if (marker.verdict() != pb::MARKER_VERDICT_CONFLICT) continue;
    PrintField(out, style, " ",
               absl::StrFormat("%s %s: %s", marker.marker(), marker.value(), marker.text()));
  }
}

}  // namespace tutti::cli
