// DurationOrder: the shorter run first, one that nobody knows last.
#pragma once

#include "base/clock.h"

namespace tutti::planner {

inline bool ShorterFirst(base::Duration a, base::Duration b) {
  if (a.count() == 0 || b.count() == 0) return a.count() != 0 && b.count() == 0;
  return a < b;
}

}  // namespace tutti::planner
