// GangReport: a gang as lists show it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/gang_key.h"
#include "model/reason.h"
#include "planner/gang.h"
#include "planner/marker_report.h"
#include "planner/start_range.h"

namespace tutti::planner {

// Plain values: it outlives the gang.
struct GangReport {
  struct MemberReport {
    std::string pod;
    Member::State state = Member::State::kWaiting;
    std::string node;  // of all but those that wait
  };
  model::GangKey key;
  std::string name;
  GangPhase phase = GangPhase::kWaiting;
  model::Reason reason;  // why its members that wait do so; without any: Placed or Scheduled
  std::string detail;
  int min_member = 0;  // 0: not known yet
  int waiting = 0;
  int placed = 0;
  int binding = 0;
  int bound = 0;
  int finished = 0;
  int32_t priority = 0;
  std::string queue;
  int64_t position = 0;  // in its queue, from 1; 0: no member waits
  bool head = false;
  bool held = false;
  StartRange start;                   // of one of the first gangs that wait for room
  base::Duration waited{0};           // since it was first seen
  std::vector<MemberReport> members;  // where asked for, by name
  std::vector<MarkerLine> markers;    // of one gang that is asked for
};

}  // namespace tutti::planner
