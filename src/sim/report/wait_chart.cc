#include "sim/report/wait_chart.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "sim/report/axis.h"
#include "sim/report/chart_style.h"
#include "sim/report/report_text.h"
#include "sim/report/svg.h"

namespace tutti::sim {
namespace {

constexpr double kRow = 30;
constexpr double kBox = 14;
constexpr double kLeft = 190;
constexpr double kTop = 12;
constexpr double kBelow = 42;
constexpr size_t kNameLength = 26;
constexpr size_t kMaxClasses = 40;

Svg::Tooltip Tooltip(const WaitClass& each) {
  const WaitSummary& wait = each.wait;
  const auto pair = [](const char* a, double a_s, const char* b, double b_s) {
    return absl::StrFormat("%s %s, %s %s", a, SpanOfSeconds(a_s), b, SpanOfSeconds(b_s));
  };
  return {absl::StrFormat("%s: %s jobs", each.name, Grouped(wait.jobs)),
          pair("median", wait.p50_s, "mean", wait.mean_s),
          pair("p25", wait.p25_s, "p75", wait.p75_s),
          pair("p95", wait.p95_s, "longest", wait.max_s)};
}

void Draw(const WaitClass& each, const PlotArea& area, const Axis& axis, double y, Svg& svg) {
  const WaitSummary& wait = each.wait;
  const auto x = [&](double seconds) { return area.left + area.width * PlaceWait(axis, seconds); };
  svg.Text(area.left - 10, y + 4, "end", "name", Clipped(each.name, kNameLength));
  if (wait.jobs == 0) return svg.Text(area.left + 6, y + 4, "start", "tick", "no jobs");
  svg.Line(x(wait.p75_s), y, x(wait.p95_s), y, "whisker");
  svg.Line(x(wait.p95_s), y - 4, x(wait.p95_s), y + 4, "whisker");
  // A class that never waits still shows as a sliver.
  svg.Rect(x(wait.p25_s), y - kBox / 2, std::max(x(wait.p75_s) - x(wait.p25_s), 2.0), kBox, "box");
  svg.Line(x(wait.p50_s), y - kBox / 2, x(wait.p50_s), y + kBox / 2, "median");
  svg.Circle(x(wait.max_s), y, 2.5, "longest");
  svg.Circle(x(wait.mean_s), y, 3, "mean");
  svg.Rect(0, y - kRow / 2, kChartWidth, kRow, "hover", Tooltip(each));
}

}  // namespace

std::string WaitChart(const std::vector<WaitClass>& classes) {
  const size_t shown = std::min(classes.size(), kMaxClasses);
  if (shown == 0) return "";
  double greatest = 0;
  for (size_t i = 0; i < shown; ++i) greatest = std::max(greatest, classes[i].wait.max_s);
  const Axis axis = WaitAxis(greatest);
  const PlotArea area = {kLeft, kTop, kChartWidth - kLeft - 24, kRow * static_cast<double>(shown)};
  Svg svg(kChartWidth, kTop + area.height + kBelow, "Waits by class");
  svg.AxisBelow(area, axis, "wait, logarithmic");
  for (size_t i = 0; i < shown; ++i) {
    Draw(classes[i], area, axis, kTop + kRow * (static_cast<double>(i) + 0.5), svg);
  }
  return svg.Take();
}

}  // namespace tutti::sim
