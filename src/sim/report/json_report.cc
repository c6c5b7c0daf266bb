#include "sim/report/json_report.h"

#include <cmath>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sim/report/report_text.h"

namespace tutti::sim {
namespace {

// Writes JSON with two blanks per level; values come in the order in which they are written.
class Writer {
 public:
  void Open(char bracket) {
    text_.push_back(bracket);
    ++depth_;
    fresh_ = true;
  }
  void Close(char bracket) {
    --depth_;
    if (!fresh_) NewLine();
    text_.push_back(bracket);
    fresh_ = false;
  }
  void Key(std::string_view key) {
    Item();
    text_.append(JsonString(key)).append(": ");
  }
  void Item() {
    if (!fresh_) text_.push_back(',');
    fresh_ = false;
    NewLine();
  }
  void Raw(std::string_view text) { text_.append(text); }

  void Text(std::string_view key, std::string_view value) {
    Key(key);
    Raw(JsonString(value));
  }
  void Whole(std::string_view key, int64_t value) {
    Key(key);
    Raw(absl::StrCat(value));
  }
  void Real(std::string_view key, double value) {
    Key(key);
    Raw(RealText(value));
  }
  static std::string RealText(double value) {
    return std::isfinite(value) ? Number(value) : "null";
  }
  std::string Take() {
    text_.push_back('\n');
    return std::move(text_);
  }

 private:
  void NewLine() { text_.append("\n").append(2 * depth_, ' '); }

  std::string text_;
  size_t depth_ = 0;
  bool fresh_ = true;
};

void WriteMeta(Writer& out, const ReportMeta& meta) {
  out.Key("meta");
  out.Open('{');
  out.Text("name", meta.name);
  out.Text("policy", meta.policy);
  out.Text("seed", absl::StrCat(meta.seed));  // may be beyond what JSON readers keep of a number
  out.Whole("nodes", meta.nodes);
  out.Whole("jobs", meta.jobs);
  out.Whole("rowsRefused", meta.rows_refused);
  out.Key("firstRefused");
  out.Open('[');
  for (const std::string& message : meta.first_refused) {
    out.Item();
    out.Raw(JsonString(message));
  }
  out.Close(']');
  out.Whole("spanMs", meta.span_ms);
  out.Close('}');
}

void WriteWait(Writer& out, const WaitSummary& wait) {
  out.Open('{');
  out.Whole("jobs", wait.jobs);
  out.Real("meanS", wait.mean_s);
  out.Real("p25S", wait.p25_s);
  out.Real("p50S", wait.p50_s);
  out.Real("p75S", wait.p75_s);
  out.Real("p95S", wait.p95_s);
  out.Real("maxS", wait.max_s);
  out.Close('}');
}

void WriteScalars(Writer& out, const Scalars& scalars) {
  out.Key("scalars");
  out.Open('{');
  out.Key("utilisation");
  out.Open('{');
  for (const auto& [resource, share] : scalars.utilisation) out.Real(resource, share);
  out.Close('}');
  out.Key("wait");
  WriteWait(out, scalars.wait);
  out.Real("aveBsld", scalars.ave_bsld);
  out.Whole("makespanMs", scalars.makespan_ms);
  out.Whole("placed", scalars.placed);
  out.Whole("dropped", scalars.dropped);
  out.Close('}');
}

// Points as [time_ms, value] pairs on one line per series: they are read by programs only.
void WriteChart(Writer& out, std::string_view key, const Chart& chart) {
  out.Key(key);
  out.Open('{');
  out.Text("title", chart.title);
  out.Text("unit", chart.unit);
  out.Key("series");
  out.Open('[');
  for (const Series& series : chart.series) {
    out.Item();
    out.Open('{');
    out.Text("name", series.name);
    out.Key("points");
    std::string points = "[";
    for (const Point& point : series.points) {
      absl::StrAppend(&points, points.size() > 1 ? ", [" : "[", point.time_ms, ", ",
                      Writer::RealText(point.value), "]");
    }
    out.Raw(points + "]");
    out.Close('}');
  }
  out.Close(']');
  out.Close('}');
}

void WriteTimeline(Writer& out, const Timeline& timeline) {
  out.Key("timeline");
  out.Open('{');
  out.Key("lanes");
  out.Open('[');
  for (const std::string& lane : timeline.lanes) {
    out.Item();
    out.Raw(JsonString(lane));
  }
  out.Close(']');
  out.Key("intervals");
  out.Open('[');
  for (const Interval& interval : timeline.intervals) {
    out.Item();
    out.Raw(absl::StrCat("{\"gang\": ", JsonString(interval.gang), ", \"lane\": ", interval.lane,
                         ", \"startMs\": ", interval.start_ms, ", \"endMs\": ", interval.end_ms,
                         ", \"note\": ", JsonString(interval.note), "}"));
  }
  out.Close(']');
  out.Whole("leftOut", timeline.left_out);
  out.Close('}');
}

}  // namespace

std::string JsonReport(const Report& report) {
  Writer out;
  out.Open('{');
  out.Text("apiVersion", "tutti.dev/v1alpha1");
  out.Text("kind", "SimulationReport");
  WriteMeta(out, report.meta);
  WriteScalars(out, report.scalars);
  WriteChart(out, "utilisation", report.utilisation);
  WriteChart(out, "queueLength", report.queue_length);
  WriteChart(out, "fragmentation", report.fragmentation);
  out.Key("waits");
  out.Open('[');
  for (const WaitClass& wait : report.waits) {
    out.Item();
    out.Open('{');
    out.Text("class", wait.name);
    out.Key("wait");
    WriteWait(out, wait.wait);
    out.Close('}');
  }
  out.Close(']');
  WriteTimeline(out, report.timeline);
  out.Close('}');
  return out.Take();
}

}  // namespace tutti::sim
