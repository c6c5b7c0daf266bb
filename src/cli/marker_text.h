// What became of a gang's markers, for people.
#pragma once

#include <iosfwd>

#include "cli/control_methods.h"
#include "cli/style.h"

namespace tutti::cli {

using Markers = google::protobuf::RepeatedPtrField<pb::GangMarker>;

// Each prints nothing where there is nothing to say. All of them, as a table:
void PrintMarkers(std::ostream& out, const Markers& markers);
// The conflicts, and how many of the others there are:
void PrintMarkerConflicts(std::ostream& out, const Style& style, const Markers& markers);

}  // namespace tutti::cli
