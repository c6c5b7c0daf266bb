#include "sim/report/timeline_chart.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/report/axis.h"
#include "sim/report/chart_style.h"
#include "sim/report/report_text.h"
#include "sim/report/svg.h"

namespace tutti::sim {
namespace {

constexpr double kRow = 16;     // one gang
constexpr double kLaneGap = 6;  // between lanes
constexpr double kLeft = 140;
constexpr double kTop = 8;
constexpr double kBelow = 42;
constexpr size_t kMaxRows = 12;  // of one lane; further gangs are drawn in the last
constexpr double kCharacter = 6.2;
constexpr size_t kNameLength = 19;
constexpr size_t kLeastLabel = 10;

struct Lane {
  std::vector<int64_t> row_ends;  // when each row is free again
  double top = 0;

  double height() const { return kRow * static_cast<double>(std::max<size_t>(row_ends.size(), 1)); }
};

// FNV-1a: a gang has the same colour on all lanes and in all reports.
size_t Colour(const std::string& gang) {
  uint32_t hash = 2166136261u;
  for (char c : gang) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return (hash ^ (hash >> 16)) % kGangColours;
}

// The first row that is free; the last where there are too many.
size_t TakeRow(Lane& lane, const Interval& interval) {
  for (size_t row = 0; row < lane.row_ends.size(); ++row) {
    if (lane.row_ends[row] > interval.start_ms) continue;
    lane.row_ends[row] = interval.end_ms;
    return row;
  }
  if (lane.row_ends.size() == kMaxRows) {
    lane.row_ends.back() = std::max(lane.row_ends.back(), interval.end_ms);
    return kMaxRows - 1;
  }
  lane.row_ends.push_back(interval.end_ms);
  return lane.row_ends.size() - 1;
}

// Of the intervals with a lane, by start; equals in the order of the report.
std::vector<size_t> InOrder(const Timeline& timeline, size_t lanes) {
  std::vector<size_t> order;
  for (size_t i = 0; i < timeline.intervals.size() && order.size() < Timeline::kMaxIntervals; ++i) {
    if (timeline.intervals[i].lane < lanes) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&timeline](size_t a, size_t b) {
    return timeline.intervals[a].start_ms < timeline.intervals[b].start_ms;
  });
  return order;
}

void DrawBar(const Interval& interval, const PlotArea& area, const Axis& time, double y, Svg& svg) {
  const double x = area.left + area.width * time.Place(static_cast<double>(interval.start_ms));
  const double end = area.left + area.width * time.Place(static_cast<double>(interval.end_ms));
  const double width = std::max(end - x, 1.0);
  Svg::Tooltip tooltip = {
      interval.gang,
      absl::StrFormat("%s to %s (%s)", Span(interval.start_ms), Span(interval.end_ms),
                      Span(interval.end_ms - interval.start_ms))};
  if (!interval.note.empty()) tooltip.push_back(interval.note);
  svg.Rect(x, y + 1, width, kRow - 2, absl::StrCat("gang g", Colour(interval.gang)), tooltip);
  const auto room = static_cast<size_t>(std::max(width - 8, 0.0) / kCharacter);
  // A few letters of a name tell nothing; the tooltip has all of it.
  if (room < std::min(interval.gang.size(), kLeastLabel)) return;
  svg.Text(x + 4, y + kRow - 4.5, "start", "bar", Clipped(interval.gang, room));
}

}  // namespace

std::string TimelineChart(const Timeline& timeline, int64_t span_ms) {
  std::vector<Lane> lanes(std::min(timeline.lanes.size(), Timeline::kMaxLanes));
  const std::vector<size_t> order = InOrder(timeline, lanes.size());
  if (order.empty()) return "";
  std::vector<size_t> rows;
  for (size_t i : order) {
    rows.push_back(TakeRow(lanes[timeline.intervals[i].lane], timeline.intervals[i]));
  }
  double bottom = kTop;
  for (Lane& lane : lanes) {
    lane.top = bottom + kLaneGap / 2;
    bottom = lane.top + lane.height() + kLaneGap / 2;
  }
  const Axis time = TimeAxis(span_ms);
  const PlotArea area = {kLeft, kTop, kChartWidth - kLeft - 16, bottom - kTop};
  Svg svg(kChartWidth, bottom + kBelow, "Gangs over virtual time");
  svg.AxisBelow(area, time, "virtual time");
  for (size_t i = 0; i < lanes.size(); ++i) {
    svg.Line(0, lanes[i].top - kLaneGap / 2, area.right(), lanes[i].top - kLaneGap / 2, "grid");
    svg.Text(area.left - 10, lanes[i].top + lanes[i].height() / 2 + 4, "end", "name",
             Clipped(timeline.lanes[i], kNameLength));
  }
  for (size_t i = 0; i < order.size(); ++i) {
    const Interval& interval = timeline.intervals[order[i]];
    DrawBar(interval, area, time, lanes[interval.lane].top + kRow * static_cast<double>(rows[i]),
            svg);
  }
  return svg.Take();
}

}  // namespace tutti::sim
