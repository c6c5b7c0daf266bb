#include "sim/report/html_report.h"

#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/report/chart_style.h"
#include "sim/report/html_style.h"
#include "sim/report/line_chart.h"
#include "sim/report/report_text.h"
#include "sim/report/timeline_chart.h"
#include "sim/report/wait_chart.h"

namespace tutti::sim {
namespace {

std::string Percent(double share) { return ShortNumber(share * 100) + " %"; }

void AddHead(const Report& report, std::string& page) {
  const std::string name = HtmlText(report.meta.name.empty() ? "Simulation" : report.meta.name);
  absl::StrAppend(&page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
  // Should a text ever get past the escaping, it still cannot run or fetch anything.
  absl::StrAppend(&page,
                  "<meta http-equiv=\"Content-Security-Policy\" "
                  "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  absl::StrAppend(&page, "<title>", name, "</title>\n<style>\n", kHtmlStyle);
  absl::StrAppend(&page, "</style>\n</head>\n<body>\n<h1>", name, "</h1>\n");
  absl::StrAppendFormat(&page,
                        "<p>Policy %s, seed %d: %s jobs on %s nodes over %s of virtual time</p>\n",
                        HtmlText(report.meta.policy), report.meta.seed, Grouped(report.meta.jobs),
                        Grouped(report.meta.nodes), Span(report.meta.span_ms));
}

void AddTile(std::string_view value, std::string_view name, std::string& page) {
  absl::StrAppendFormat(&page, "<div class=\"tile\"><b>%s</b><span>%s</span></div>\n",
                        HtmlText(value), HtmlText(name));
}

void AddTiles(const Scalars& scalars, std::string& page) {
  page.append("<div class=\"tiles\">\n");
  for (const auto& [resource, share] : scalars.utilisation) {
    AddTile(Percent(share), "utilisation of " + resource, page);
  }
  AddTile(SpanOfSeconds(scalars.wait.mean_s), "mean wait", page);
  AddTile(SpanOfSeconds(scalars.wait.p50_s), "median wait", page);
  AddTile(SpanOfSeconds(scalars.wait.p95_s), "95th percentile wait", page);
  AddTile(SpanOfSeconds(scalars.wait.max_s), "longest wait", page);
  AddTile(ShortNumber(scalars.ave_bsld), "mean bounded slowdown (10 s)", page);
  AddTile(Span(scalars.makespan_ms), "makespan", page);
  AddTile(Grouped(scalars.placed), "jobs placed", page);
  AddTile(Grouped(scalars.dropped), "jobs dropped", page);
  page.append("</div>\n");
}

void OpenSection(std::string_view title, std::string& page) {
  absl::StrAppendFormat(&page, "<section>\n<h2>%s</h2>\n", HtmlText(title));
}

void AddDrawing(const std::string& drawing, std::string& page) {
  page.append(drawing.empty() ? "<p class=\"none\">No data.</p>\n" : drawing);
}

void AddChart(const Chart& chart, int64_t span_ms, std::string& page) {
  OpenSection(chart.title, page);
  if (chart.series.size() > 1) {
    page.append("<div class=\"legend\">");
    for (size_t i = 0; i < chart.series.size(); ++i) {
      absl::StrAppendFormat(&page, "<span><i class=\"s%d\"></i>%s</span>", i % kSeriesColours,
                            HtmlText(chart.series[i].name));
    }
    page.append("</div>\n");
  }
  AddDrawing(LineChart(chart, span_ms), page);
  page.append("</section>\n");
}

void AddWaits(const std::vector<WaitClass>& classes, std::string& page) {
  OpenSection("Waits by class", page);
  AddDrawing(WaitChart(classes), page);
  if (!classes.empty()) {
    page.append(
        "<p>Box: 25th to 75th percentile with the median; whisker: 95th percentile; filled dot: "
        "mean; ring: longest.</p>\n<div class=\"scroll\"><table>\n<tr><th>class</th>");
    for (const char* name : {"jobs", "mean", "p25", "median", "p75", "p95", "longest"}) {
      absl::StrAppend(&page, "<th class=\"n\">", name, "</th>");
    }
    page.append("</tr>\n");
    for (const WaitClass& each : classes) {
      const WaitSummary& wait = each.wait;
      absl::StrAppend(&page, "<tr><td>", HtmlText(each.name), "</td><td class=\"n\">",
                      Grouped(wait.jobs), "</td>");
      for (double seconds :
           {wait.mean_s, wait.p25_s, wait.p50_s, wait.p75_s, wait.p95_s, wait.max_s}) {
        absl::StrAppend(&page, "<td class=\"n\">", SpanOfSeconds(seconds), "</td>");
      }
      page.append("</tr>\n");
    }
    page.append("</table></div>\n");
  }
  page.append("</section>\n");
}

void AddTimeline(const Timeline& timeline, int64_t span_ms, std::string& page) {
  OpenSection("Gangs over time", page);
  AddDrawing(TimelineChart(timeline, span_ms), page);
  if (timeline.left_out > 0) {
    absl::StrAppendFormat(&page, "<p>%s further intervals are not drawn.</p>\n",
                          Grouped(timeline.left_out));
  }
  page.append("</section>\n");
}

void AddRefused(const ReportMeta& meta, std::string& page) {
  if (meta.rows_refused == 0) return;
  OpenSection("Rows that were left out", page);
  absl::StrAppendFormat(&page, "<p>%s rows of the workload could not be read; the first:</p>\n",
                        Grouped(meta.rows_refused));
  page.append("<div class=\"scroll\"><table>\n");
  for (const std::string& message : meta.first_refused) {
    absl::StrAppend(&page, "<tr><td><code>", HtmlText(message), "</code></td></tr>\n");
  }
  page.append("</table></div>\n</section>\n");
}

}  // namespace

std::string HtmlReport(const Report& report) {
  std::string page;
  const int64_t span_ms = report.meta.span_ms;
  AddHead(report, page);
  AddTiles(report.scalars, page);
  AddChart(report.utilisation, span_ms, page);
  AddChart(report.queue_length, span_ms, page);
  AddWaits(report.waits, page);
  AddChart(report.fragmentation, span_ms, page);
  AddTimeline(report.timeline, span_ms, page);
  AddRefused(report.meta, page);
  page.append("</body>\n</html>\n");
  return page;
}

}  // namespace tutti::sim
