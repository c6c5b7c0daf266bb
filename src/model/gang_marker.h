// GangMarker: a marker that a pod or an object of a gang carries, and what its dialect makes of it.
#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tutti/gang_markers.h"

namespace tutti::model {

struct GangMarker {
  std::string dialect;  // that knows it
  std::string name;     // "annotation tutti.dev/queue", "PodGroup spec.queue"
  std::string value;    // as it stands there, but short; empty: a list or an object
  MarkerMeaning meaning = MarkerMeaning::kNothing;
  // What it comes to: "4", "1m30s". Of one that is not taken what it would have come to. Empty:
  // nothing.
  std::string reading;
  // Why it is not taken; of one that is, what else is to be known of it.
  std::string note;
  bool taken = false;  // by the dialect that the gang is of

  auto operator<=>(const GangMarker&) const = default;
};
using GangMarkers = std::vector<GangMarker>;

// Of one pod or object.
inline constexpr size_t kMostGangMarkers = 32;

// Pods of one gang most often share theirs. Null: none.
using SharedGangMarkers = std::shared_ptr<const GangMarkers>;

inline bool Same(const SharedGangMarkers& a, const SharedGangMarkers& b) {
  if (a == b) return true;
  return a != nullptr && b != nullptr && *a == *b;
}

}  // namespace tutti::model
