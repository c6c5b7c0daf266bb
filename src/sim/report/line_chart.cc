#include "sim/report/line_chart.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/report/axis.h"
#include "sim/report/chart_style.h"
#include "sim/report/report_text.h"
#include "sim/report/svg.h"

namespace tutti::sim {
namespace {

constexpr double kHeight = 250;
constexpr PlotArea kArea = {56, 30, kChartWidth - 56 - 16, kHeight - 30 - 42};
constexpr int kStrips = 60;

bool IsShare(const Chart& chart) { return chart.unit == "share"; }

double Greatest(const Chart& chart) {
  double greatest = 0;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) {
      if (std::isfinite(point.value)) greatest = std::max(greatest, point.value);
    }
  }
  return greatest;
}

// The step function from the first point to the right end; `first_x` gets where it starts.
std::string Steps(const Series& series, const Axis& time, const Axis& value, double& first_x) {
  std::string path;
  for (const Point& point : series.points) {
    if (!std::isfinite(point.value)) continue;
    const double x = kArea.left + kArea.width * time.Place(static_cast<double>(point.time_ms));
    const double y = kArea.bottom() - kArea.height * value.Place(point.value);
    if (path.empty()) {
      first_x = x;
      path = absl::StrCat("M", Coordinate(x), " ", Coordinate(y));
    } else {
      absl::StrAppend(&path, "H", Coordinate(x), "V", Coordinate(y));
    }
  }
  if (!path.empty()) absl::StrAppend(&path, "H", Coordinate(kArea.right()));
  return path;
}

std::string Value(const Chart& chart, double value) {
  if (IsShare(chart)) return ShortNumber(value * 100) + " %";
  return chart.unit.empty() ? ShortNumber(value)
                            : absl::StrFormat("%s %s", ShortNumber(value), chart.unit);
}

Svg::Tooltip ValuesAt(const Chart& chart, int64_t time_ms) {
  Svg::Tooltip lines = {Span(time_ms)};
  for (const Series& series : chart.series) {
    const auto after =
        std::upper_bound(series.points.begin(), series.points.end(), time_ms,
                         [](int64_t time, const Point& point) { return time < point.time_ms; });
    if (after == series.points.begin()) continue;
    lines.push_back(absl::StrFormat("%s: %s", series.name, Value(chart, std::prev(after)->value)));
  }
  return lines;
}

}  // namespace

std::string LineChart(const Chart& chart, int64_t span_ms) {
  const bool any = std::any_of(chart.series.begin(), chart.series.end(),
                               [](const Series& series) { return !series.points.empty(); });
  if (!any) return "";
  const Axis time = TimeAxis(span_ms);
  const Axis value = IsShare(chart) ? ShareAxis() : CountAxis(Greatest(chart), chart.unit);
  Svg svg(kChartWidth, kHeight, chart.title);
  svg.AxisLeft(kArea, value);
  svg.AxisBelow(kArea, time, "virtual time");
  for (size_t i = 0; i < chart.series.size(); ++i) {
    double first_x = kArea.left;
    const std::string path = Steps(chart.series[i], time, value, first_x);
    if (path.empty()) continue;
    const size_t colour = i % kSeriesColours;
    if (chart.series.size() == 1) {
      svg.Path(absl::StrCat(path, "V", Coordinate(kArea.bottom()), "H", Coordinate(first_x), "Z"),
               absl::StrCat("area s", colour));
    }
    svg.Path(path, absl::StrCat("line s", colour));
  }
  const double strip = kArea.width / kStrips;
  for (int i = 0; i < kStrips; ++i) {
    const auto middle = static_cast<int64_t>((i + 0.5) / kStrips * time.max);
    svg.Rect(kArea.left + i * strip, kArea.top, strip, kArea.height, "hover",
             ValuesAt(chart, middle));
  }
  return svg.Take();
}

}  // namespace tutti::sim
