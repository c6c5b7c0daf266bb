// Simulation: jobs that do not exist, and what would become of them now.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "planner/explanation.h"
#include "planner/gang.h"

namespace tutti::planner {

// Pods that want a place together, or one by one.
struct SimulatedJob {
  std::deque<model::PodInfo> pods;  // what `gang` counts and points at
  std::unique_ptr<Gang> gang = std::make_unique<Gang>();
  bool single_pods = false;  // of no gang: alike, each for itself

  // The pod's uid must be its own.
  void Add(model::PodInfo pod);
};

struct SimulatedOutcome {
  std::string namespace_name;
  std::string name;
  std::string dialect;
  bool single_pods = false;
  int64_t pods = 0;
  int64_t min_member = 0;
  bool fits_now = false;
  int64_t placed = 0;
  std::vector<std::pair<std::string, int64_t>> nodes;  // pods on each, by name
  bool fits_empty_cluster = false;
  int64_t position = 0;  // that it would have in the queue, from 1
  WhyWaiting why;        // where it does not fit
  StartRange start;      // likewise, if all these jobs were submitted now; of gangs
};

}  // namespace tutti::planner
