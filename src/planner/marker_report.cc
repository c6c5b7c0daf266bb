#include "planner/marker_report.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "planner/gang.h"

namespace tutti::planner {
namespace {

using model::GangMarker;
using model::GangMarkers;

std::string_view NameOf(MarkerMeaning meaning) {
  switch (meaning) {
    case MarkerMeaning::kGang:
      return "gang";
    case MarkerMeaning::kMinMember:
      return "minMember";
    case MarkerMeaning::kRole:
      return "role";
    case MarkerMeaning::kQueue:
      return "queue";
    case MarkerMeaning::kWaitTimeout:
      return "wait timeout";
    case MarkerMeaning::kNothing:
    case MarkerMeaning::kOther:
      break;
  }
  return "";
}

class Report {
 public:
  explicit Report(const Gang& gang) : gang_(gang) {
    if (gang.object_markers != nullptr) AddAll(*gang.object_markers, true);
    for (const auto& markers : gang.markers(kMostMarkerSets)) AddAll(*markers, false);
  }

  std::vector<MarkerLine> Take() {
    const auto by_verdict = [](const MarkerLine& a, const MarkerLine& b) {
      return a.verdict < b.verdict;
    };
    std::stable_sort(lines_.begin(), lines_.end(), by_verdict);
    if (lines_.size() > kMostMarkerLines) lines_.resize(kMostMarkerLines);
    return std::move(lines_);
  }

 private:
  void AddAll(const GangMarkers& markers, bool of_object) {
    for (const GangMarker& marker : markers) {
      MarkerLine line = LineOf(marker, markers, of_object);
      if (std::find(lines_.begin(), lines_.end(), line) == lines_.end())
        lines_.push_back(std::move(line));
    }
  }

  MarkerLine LineOf(const GangMarker& marker, const GangMarkers& markers, bool of_object) const {
    MarkerLine line{MarkerVerdict::kIgnored, marker.dialect, marker.name, marker.value,
                    marker.note};
    if (marker.meaning == MarkerMeaning::kNothing) return line;
    const std::string counts = Counting(marker, markers);
    if (!marker.reading.empty() && !counts.empty() && marker.reading != counts) {
      line.verdict = MarkerVerdict::kConflict;
      line.text = absl::StrFormat("%s is %s: %s", NameOf(marker.meaning), counts,
                                  WhyNot(marker, counts, of_object));
    } else if (marker.taken && marker.meaning == MarkerMeaning::kOther) {
      line.verdict = MarkerVerdict::kUnderstood;
    } else if (marker.taken && !marker.reading.empty()) {
      line.verdict = MarkerVerdict::kUnderstood;
      line.text = absl::StrFormat("%s %s", NameOf(marker.meaning), marker.reading);
    }
    return line;
  }

  // What counts of what the marker speaks of; empty: nothing, or nothing that could contradict it.
  std::string Counting(const GangMarker& marker, const GangMarkers& markers) const {
    switch (marker.meaning) {
      case MarkerMeaning::kMinMember:
        // Members that name roles say each their part.
        if (marker.taken && !gang_.object_spec && gang_.has_roles()) return {};
        return gang_.min_member() > 0 ? std::to_string(gang_.min_member()) : std::string();
      case MarkerMeaning::kQueue:
        return std::string(gang_.queue());
      case MarkerMeaning::kWaitTimeout: {
        const base::Duration wait = gang_.wait_timeout(base::Duration(0));
        return wait.count() > 0 ? base::FormatDuration(wait) : std::string();
      }
      case MarkerMeaning::kGang:
        return marker.taken ? std::string() : TakenOf(marker, markers, gang_.display_name);
      case MarkerMeaning::kRole:
        // Other dialects have other roles.
        return marker.taken || IsForeign(marker) ? std::string() : TakenOf(marker, markers, "");
      case MarkerMeaning::kNothing:
      case MarkerMeaning::kOther:
        break;
    }
    return {};
  }

  bool IsForeign(const GangMarker& marker) const { return marker.dialect != gang_.key.dialect; }

  // What the marker of the same meaning comes to that is taken on the same pod or object.
  static std::string TakenOf(const GangMarker& marker, const GangMarkers& markers,
                             std::string otherwise) {
    for (const GangMarker& other : markers)
      if (other.taken && other.meaning == marker.meaning) return other.reading;
    return otherwise;
  }

  std::string WhyNot(const GangMarker& marker, const std::string& counts, bool of_object) const {
    if (!of_object && gang_.object_markers != nullptr) {
      for (const GangMarker& other : *gang_.object_markers) {
        if (other.taken && other.meaning == marker.meaning && other.reading == counts)
          return other.name + " goes before what pods say";
      }
    }
    if (!marker.taken) return marker.note;
    if (of_object) return "its parts say different things";
    return marker.meaning == MarkerMeaning::kQueue
               ? "the pods differ, and of their queues the first by name counts"
               : "the pods differ, and the largest value counts";
  }

  const Gang& gang_;
  std::vector<MarkerLine> lines_;
};

}  // namespace

std::vector<MarkerLine> MarkerLines(const Gang& gang) { return Report(gang).Take(); }

std::vector<std::string> MarkerConflicts(const std::vector<MarkerLine>& lines) {
  std::vector<std::string> conflicts;
  for (const MarkerLine& line : lines) {
    if (line.verdict != MarkerVerdict::kConflict) continue;
    conflicts.push_back(absl::StrFormat("%s \"%s\" (%s) does not count: %s", line.marker,
                                        line.value, line.dialect, line.text));
  }
  return conflicts;
}

}  // namespace tutti::planner
