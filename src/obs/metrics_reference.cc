#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "obs/metrics.h"
#include "obs/metrics_table.h"

namespace tutti::obs {
namespace {

const char* TypeName(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    case MetricType::kHistogram:
      return "histogram";
  }
  return "";
}

constexpr char kIntroduction[] = R"(# Metrics

<!-- Generated from src/obs/metrics_table.cc. Do not edit: run the test obs_test with
     TUTTI_REGENERATE=1. -->

Served as Prometheus text at `/metrics` of `metrics.listen`. Names, labels and units are those of
kube-scheduler under the prefix `tutti_`, so its dashboards need a prefix only. Every label has a
closed set of values: no pod, node, gang or namespace is ever one. A series with labels appears when
it is first used.

| Name | Type | Labels | Meaning |
|---|---|---|---|
)";

void AppendLabelValues(const std::vector<MetricSpec>& table, std::string& out) {
  out.append("\n## Label values\n\n| Metric | Label | Values |\n|---|---|---|\n");
  for (const MetricSpec& spec : table) {
    for (const LabelSpec& label : spec.labels) {
      const std::string values =
          label.doc.empty() ? absl::StrFormat("`%s`", absl::StrJoin(label.values, "`, `"))
          : label.values.back() == "other" ? absl::StrFormat("%s, `other`", label.doc)
                                           : std::string(label.doc);
      absl::StrAppendFormat(&out, "| `%s` | `%s` | %s |\n", spec.name, label.name, values);
    }
  }
}

void AppendBuckets(const std::vector<MetricSpec>& table, std::string& out) {
  out.append("\n## Buckets, in seconds (ratios: shares)\n\n| Metric | Upper bounds |\n|---|---|\n");
  for (const MetricSpec& spec : table) {
    if (spec.buckets.empty()) continue;
    std::string bounds;
    for (double bound : spec.buckets) {
      absl::StrAppendFormat(&bounds, "%s%.4g", bounds.empty() ? "" : ", ", bound);
    }
    absl::StrAppendFormat(&out, "| `%s` | %s |\n", spec.name, bounds);
  }
}

}  // namespace

std::string MetricsReferenceMarkdown() {
  const std::vector<MetricSpec> table = MetricsTable(MetricsOptions{});
  std::string out = kIntroduction;
  for (const MetricSpec& spec : table) {
    std::string labels;
    for (const LabelSpec& label : spec.labels) {
      absl::StrAppendFormat(&labels, "%s`%s`", labels.empty() ? "" : ", ", label.name);
    }
    absl::StrAppendFormat(&out, "| `%s` | %s | %s | %s |\n", spec.name, TypeName(spec.type), labels,
                          spec.help);
  }
  AppendLabelValues(table, out);
  AppendBuckets(table, out);
  return out;
}

}  // namespace tutti::obs
