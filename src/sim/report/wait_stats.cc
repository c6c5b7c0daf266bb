#include "sim/report/wait_stats.h"

#include <algorithm>

namespace tutti::sim {
namespace {

constexpr double kMillisPerSecond = 1000;

double Percentile(const std::vector<int64_t>& sorted, size_t percent) {
  const size_t rank = (sorted.size() * percent + 99) / 100;
  return static_cast<double>(sorted[std::max<size_t>(rank, 1) - 1]) / kMillisPerSecond;
}

}  // namespace

double WaitStats::BoundedSlowdown(int64_t wait_ms, int64_t run_ms) {
  const auto floor = static_cast<double>(std::max(run_ms, kThresholdMs));
  return std::max(1.0, (static_cast<double>(wait_ms) + static_cast<double>(run_ms)) / floor);
}

void WaitStats::Add(int64_t wait_ms, int64_t run_ms) {
  waits_ms_.push_back(wait_ms);
  if (run_ms < 0) return;
  ++finite_;
  slowdowns_ += BoundedSlowdown(wait_ms, run_ms);
}

double WaitStats::AveBsld() const {
  return finite_ == 0 ? 0 : slowdowns_ / static_cast<double>(finite_);
}

WaitSummary WaitStats::Summary() const {
  WaitSummary summary;
  if (waits_ms_.empty()) return summary;
  std::vector<int64_t> sorted = waits_ms_;
  std::sort(sorted.begin(), sorted.end());
  double sum = 0;
  for (int64_t wait : sorted) sum += static_cast<double>(wait);
  summary.jobs = static_cast<int64_t>(sorted.size());
  summary.mean_s = sum / static_cast<double>(sorted.size()) / kMillisPerSecond;
  summary.p25_s = Percentile(sorted, 25);
  summary.p50_s = Percentile(sorted, 50);
  summary.p75_s = Percentile(sorted, 75);
  summary.p95_s = Percentile(sorted, 95);
  summary.max_s = Percentile(sorted, 100);
  return summary;
}

}  // namespace tutti::sim
