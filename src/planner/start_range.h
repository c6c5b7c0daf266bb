// StartRange: when a gang that waits is expected to start.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace tutti::planner {

// From now on; neither: cannot be foreseen.
struct StartRange {
  std::optional<base::Duration> earliest;  // by how long gangs of these submitters ran before
  std::optional<base::Duration> latest;    // by what gangs declare
  // What that hangs on: gangs that run where it will go and must have ended, and gangs that wait
  // before it, wherever they go.
  int64_t ends = 0;
  int64_t before = 0;
  bool reserved = false;  // nobody behind it may put that off

  bool known() const { return earliest || latest; }
};

}  // namespace tutti::planner
