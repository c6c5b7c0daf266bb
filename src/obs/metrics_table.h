// The table of all metrics. Internal to src/obs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "obs/metrics.h"

namespace tutti::obs {

enum class MetricType { kCounter, kGauge, kHistogram };

struct LabelSpec {
  std::string_view name;
  std::vector<std::string> values;  // never empty
  std::string_view doc;             // what the values are, where they are not fixed
};

struct MetricSpec {
  std::string_view name;
  MetricType type;
  std::string_view help;
  std::vector<LabelSpec> labels;
  std::vector<double> buckets;  // of a histogram, ascending
};

std::vector<MetricSpec> MetricsTable(const MetricsOptions& options);

}  // namespace tutti::obs
