#include "sim/engine/report_collector.h"

#include <utility>

namespace tutti::sim {
namespace {

struct SizeClass {
  const char* name;
  int64_t most;
};
constexpr SizeClass kSizes[] = {{"1 member", 1},
                                {"2 to 4 members", 4},
                                {"5 to 16 members", 16},
                                {"17 to 64 members", 64},
                                {"65 and more members", INT64_MAX}};
constexpr char kOtherQueues[] = "other queues";

}  // namespace

ReportCollector::ReportCollector(const SimulationOptions& options,
                                 const std::vector<model::NodeInfo>& nodes,
                                 const model::ResourceTable& resources)
    : options_(options),
      use_(nodes, resources),
      timeline_(options.nodes, options.lane_label),
      shares_(use_.resources(), SeriesSampler(kPoints)),
      by_size_(std::size(kSizes)) {}

WaitStats& ReportCollector::OfQueue(const std::string& queue) {
  const auto known = by_queue_.find(queue);
  if (known != by_queue_.end()) return known->second;
  return by_queue_[by_queue_.size() < kQueues ? "queue " + queue : kOtherQueues];
}

void ReportCollector::Started(int64_t members, const std::string& queue, int64_t wait_ms,
                              int64_t run_ms) {
  ++placed_;
  waits_.Add(wait_ms, run_ms);
  size_t size = 0;
  while (members > kSizes[size].most) ++size;
  by_size_[size].Add(wait_ms, run_ms);
  if (!queue.empty()) OfQueue(queue).Add(wait_ms, run_ms);
}

void ReportCollector::Sample(int64_t now_ms, int64_t waiting_jobs, int64_t waiting_members) {
  for (size_t r = 0; r < shares_.size(); ++r) shares_[r].Add(now_ms, use_.Share(r));
  waiting_jobs_.Add(now_ms, static_cast<double>(waiting_jobs));
  waiting_members_.Add(now_ms, static_cast<double>(waiting_members));
  fragmentation_.Add(now_ms, use_.Fragmentation());
}

Report ReportCollector::Take(const RowErrors& errors, int64_t jobs, int64_t end_ms) {
  Report report;
  report.meta = {options_.name,
                 options_.policy,
                 options_.seed,
                 static_cast<int64_t>(options_.nodes.size()),
                 jobs,
                 errors.count(),
                 errors.Messages(),
                 end_ms};
  report.utilisation = {"Utilisation", "share", {}};
  for (size_t r = 0; r < shares_.size(); ++r) {
    report.scalars.utilisation.emplace_back(use_.name(r), use_.MeanShare(r, end_ms));
    report.utilisation.series.push_back({use_.name(r), shares_[r].Points()});
  }
  report.scalars.wait = waits_.Summary();
  report.scalars.ave_bsld = waits_.AveBsld();
  report.scalars.makespan_ms = end_ms;
  report.scalars.placed = placed_;
  report.scalars.dropped = dropped_;
  report.queue_length = {
      "Waiting", "", {{"gangs", waiting_jobs_.Points()}, {"members", waiting_members_.Points()}}};
  report.fragmentation = {
      "Fragmentation", "share", {{use_.scattered_resource(), fragmentation_.Points()}}};
  for (size_t i = 0; i < by_size_.size(); ++i) {
    const WaitSummary summary = by_size_[i].Summary();
    if (summary.jobs > 0) report.waits.push_back({kSizes[i].name, summary});
  }
  for (const auto& [name, stats] : by_queue_) report.waits.push_back({name, stats.Summary()});
  report.timeline = timeline_.Take();
  return report;
}

}  // namespace tutti::sim
