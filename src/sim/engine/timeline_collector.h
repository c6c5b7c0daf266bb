// TimelineCollector: which gangs ran where, bounded: of a long run it keeps the gangs that took
// most of a lane. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "sim/report/report.h"
#include "sim/workload/job.h"

namespace tutti::sim {

class TimelineCollector {
 public:
  // Lanes are the values of `lane_label`; where it is empty or no node has it, the nodes, and where
  // there are too many of these, stretches of neighbours.
  TimelineCollector(const std::vector<SimNode>& nodes, const std::string& lane_label);

  size_t LaneOf(size_t node) const { return lane_of_[node]; }
  // `members` of a gang ran on a lane for that long. `interval` is called if that is kept.
  void Add(int64_t duration_ms, int64_t members, absl::FunctionRef<Interval()> interval);

  Timeline Take();

 private:
  struct Kept {
    int64_t weight;  // members times milliseconds
    int64_t order;
    Interval interval;
  };
  static bool Outweighs(const Kept& a, const Kept& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.order < b.order;
  }

  std::vector<std::string> lanes_;
  std::vector<size_t> lane_of_;  // by node
  std::vector<Kept> heap_;       // the lightest in front
  int64_t added_ = 0;
};

}  // namespace tutti::sim
