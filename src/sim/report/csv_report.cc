#include "sim/report/csv_report.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "sim/report/report_text.h"

namespace tutti::sim {
namespace {

std::string Seconds(int64_t ms) { return Number(static_cast<double>(ms) / 1000); }

std::string Summary(const Report& report) {
  std::string text = "key,value\n";
  const auto add = [&text](std::string_view key, const std::string& value) {
    absl::StrAppend(&text, CsvField(key), ",", value, "\n");
  };
  const auto whole = [&add](std::string_view key, int64_t value) { add(key, absl::StrCat(value)); };
  add("name", CsvField(report.meta.name));
  add("policy", CsvField(report.meta.policy));
  add("seed", absl::StrCat(report.meta.seed));
  whole("nodes", report.meta.nodes);
  whole("jobs", report.meta.jobs);
  whole("rows_refused", report.meta.rows_refused);
  add("span_s", Seconds(report.meta.span_ms));
  const Scalars& scalars = report.scalars;
  for (const auto& [resource, share] : scalars.utilisation) {
    add("utilisation_" + resource, Number(share));
  }
  add("wait_mean_s", Number(scalars.wait.mean_s));
  add("wait_p50_s", Number(scalars.wait.p50_s));
  add("wait_p95_s", Number(scalars.wait.p95_s));
  add("wait_max_s", Number(scalars.wait.max_s));
  add("ave_bsld", Number(scalars.ave_bsld));
  add("makespan_s", Seconds(scalars.makespan_ms));
  whole("placed", scalars.placed);
  whole("dropped", scalars.dropped);
  return text;
}

void AddChart(std::string_view key, const Chart& chart, std::string& text) {
  for (const Series& series : chart.series) {
    const std::string start =
        absl::StrCat(CsvField(key), ",", CsvField(series.name), ",", CsvField(chart.unit), ",");
    for (const Point& point : series.points) {
      absl::StrAppend(&text, start, Seconds(point.time_ms), ",", Number(point.value), "\n");
    }
  }
}

std::string AllSeries(const Report& report) {
  std::string text = "chart,series,unit,time_s,value\n";
  AddChart("utilisation", report.utilisation, text);
  AddChart("queue_length", report.queue_length, text);
  AddChart("fragmentation", report.fragmentation, text);
  return text;
}

std::string Waits(const std::vector<WaitClass>& classes) {
  std::string text = "class,jobs,mean_s,p25_s,p50_s,p75_s,p95_s,max_s\n";
  for (const WaitClass& each : classes) {
    const WaitSummary& wait = each.wait;
    absl::StrAppend(&text, CsvField(each.name), ",", wait.jobs, ",", Number(wait.mean_s), ",");
    absl::StrAppend(&text, Number(wait.p25_s), ",", Number(wait.p50_s), ",", Number(wait.p75_s));
    absl::StrAppend(&text, ",", Number(wait.p95_s), ",", Number(wait.max_s), "\n");
  }
  return text;
}

std::string Intervals(const Timeline& timeline) {
  std::string text = "gang,lane,start_s,end_s,note\n";
  for (const Interval& interval : timeline.intervals) {
    const bool known = interval.lane < timeline.lanes.size();
    absl::StrAppend(&text, CsvField(interval.gang), ",",
                    CsvField(known ? timeline.lanes[interval.lane] : ""), ",",
                    Seconds(interval.start_ms), ",", Seconds(interval.end_ms));
    absl::StrAppend(&text, ",", CsvField(interval.note), "\n");
  }
  return text;
}

}  // namespace

std::vector<CsvFile> CsvReport(const Report& report) {
  return {{"summary.csv", Summary(report)},
          {"series.csv", AllSeries(report)},
          {"waits.csv", Waits(report.waits)},
          {"timeline.csv", Intervals(report.timeline)}};
}

}  // namespace tutti::sim
