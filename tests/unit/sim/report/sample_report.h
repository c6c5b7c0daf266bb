// A report with something in every part, for tests and for looking at.
#pragma once

#include <string>

#include "sim/report/report.h"
#include "sim/report/series.h"
#include "sim/report/wait_stats.h"
#include "sim/workload/random.h"

namespace tutti::sim {

inline constexpr char kHostileName[] =
    "</title><script>alert('x')</script>\"\xe2\x80\xae,=1+1\xff\n&amp;";

// A bounded walk over `span_ms`, in steps that come at random.
inline Series Walk(std::string name, uint64_t seed, int64_t span_ms, double top) {
  Random random(seed);
  SeriesSampler sampler(400);
  double value = 0.5;
  for (int64_t at = 0; at < span_ms; at += random.Exponential(span_ms / 2000)) {
    value += (static_cast<double>(random.Below(1000)) - 480) / 8000;
    value = value < 0 ? 0 : value > 1 ? 1 : value;
    sampler.Add(at, value * top);
  }
  return {std::move(name), sampler.Points()};
}

inline Timeline SampleTimeline(int64_t span_ms) {
  Timeline timeline;
  Random random(9);
  for (int i = 0; i < 6; ++i) timeline.lanes.push_back("rack-" + std::to_string(i));
  for (int i = 0; i < 90; ++i) {
    Interval interval;
    interval.gang = "train-" + std::to_string(i);
    interval.start_ms = static_cast<int64_t>(random.Below(static_cast<uint64_t>(span_ms)));
    interval.end_ms = interval.start_ms + random.LogNormal(span_ms / 20, 900);
    interval.note = std::to_string(1 + random.Below(16)) + " members";
    const size_t first = random.Below(6);
    const size_t lanes = 1 + random.Below(2);
    for (size_t lane = first; lane < first + lanes && lane < 6; ++lane) {
      interval.lane = lane;
      timeline.intervals.push_back(interval);
    }
  }
  timeline.left_out = 12;
  return timeline;
}

inline Report SampleReport() {
  constexpr int64_t kSpan = int64_t{36} * 3600 * 1000;
  Report report;
  report.meta = {"two racks", "easy-backfill", 42, 16, 1234, 2, {}, kSpan};
  report.meta.first_refused = {"log.csv:7: column run: got \"x\", expected seconds",
                               "log.csv:9: column gpus: got \"<b>\", expected a whole number"};
  Random random(5);
  WaitStats all;
  for (const char* name : {"1 GPU", "2 to 8 GPUs", "9 to 64 GPUs", "more than 64 GPUs"}) {
    WaitStats stats;
    const auto classes = static_cast<int64_t>(report.waits.size());
    for (int i = 0; i < 300; ++i) {
      const int64_t wait = random.LogNormal(20'000 << (2 * classes), 1800) - 15'000;
      stats.Add(wait < 0 ? 0 : wait, 600'000);
      all.Add(wait < 0 ? 0 : wait, 600'000);
    }
    report.waits.push_back({name, stats.Summary()});
  }
  report.scalars = {{{"cpu", 0.4321}, {"memory", 0.377}, {"gpu", 0.8712}},
                    all.Summary(),
                    all.AveBsld(),
                    kSpan,
                    1230,
                    4};
  report.utilisation = {
      "Utilisation",
      "share",
      {Walk("cpu", 1, kSpan, 0.6), Walk("memory", 2, kSpan, 0.5), Walk("gpu", 3, kSpan, 1.0)}};
  report.queue_length = {"Queue length", "jobs", {Walk("waiting", 4, kSpan, 1234)}};
  report.fragmentation = {"Fragmentation", "share", {Walk("unusable idle GPUs", 6, kSpan, 0.3)}};
  report.timeline = SampleTimeline(kSpan);
  return report;
}

// The sample with names that try to break out of every format.
inline Report HostileReport() {
  Report report = SampleReport();
  report.meta.name = report.meta.policy = kHostileName;
  report.meta.first_refused = {kHostileName};
  report.scalars.utilisation[0].first = kHostileName;
  report.utilisation.title = report.utilisation.series[0].name = kHostileName;
  report.queue_length.unit = kHostileName;
  report.waits[0].name = kHostileName;
  report.timeline.lanes[0] = kHostileName;
  for (Interval& interval : report.timeline.intervals) {
    interval.gang = interval.note = kHostileName;
  }
  return report;
}

}  // namespace tutti::sim
