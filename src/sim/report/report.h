// Report: what a simulation found out, as plain values. Times are milliseconds of virtual time
// since the first submission. Whoever fills it bounds it: series by SeriesSampler, the timeline by
// kMaxIntervals.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tutti::sim {

struct Point {
  int64_t time_ms = 0;
  double value = 0;
};

// A value that holds from one point to the next.
struct Series {
  std::string name;
  std::vector<Point> points;
};

// One chart: series that share a unit. The unit "share" is drawn and written as per cent.
struct Chart {
  std::string title;
  std::string unit;
  std::vector<Series> series;
};

struct ReportMeta {
  std::string name;
  std::string policy;
  uint64_t seed = 0;
  int64_t nodes = 0;
  int64_t jobs = 0;
  int64_t rows_refused = 0;
  std::vector<std::string> first_refused;  // one message each
  int64_t span_ms = 0;                     // virtual time simulated
};

struct WaitSummary {
  int64_t jobs = 0;
  double mean_s = 0;
  double p25_s = 0;
  double p50_s = 0;
  double p75_s = 0;
  double p95_s = 0;
  double max_s = 0;
};

struct Scalars {
  std::vector<std::pair<std::string, double>> utilisation;  // per resource, mean share in use
  WaitSummary wait;
  double ave_bsld = 0;  // mean bounded slowdown, threshold 10 s
  int64_t makespan_ms = 0;
  int64_t placed = 0;
  int64_t dropped = 0;
};

struct WaitClass {
  std::string name;
  WaitSummary wait;
};

// A gang, or its part on one lane.
struct Interval {
  std::string gang;
  size_t lane = 0;  // index in Timeline::lanes
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  std::string note;  // such as "8 members, 64 GPUs"
};

struct Timeline {
  static constexpr size_t kMaxLanes = 64;
  static constexpr size_t kMaxIntervals = 2000;

  std::vector<std::string> lanes;  // racks or nodes
  std::vector<Interval> intervals;
  int64_t left_out = 0;  // intervals that were not kept
};

struct Report {
  ReportMeta meta;
  Scalars scalars;
  Chart utilisation;
  Chart queue_length;
  Chart fragmentation;
  std::vector<WaitClass> waits;
  Timeline timeline;
};

}  // namespace tutti::sim
