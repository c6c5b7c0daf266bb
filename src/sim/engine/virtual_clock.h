// VirtualClock: what time it is in a simulation, for plugins that ask. One thread.
#pragma once

#include "base/clock.h"

namespace tutti::sim {

class VirtualClock final : public base::Clock {
 public:
  base::Timestamp Now() const override { return now_; }
  int64_t WallNanos() const override { return now_.nanos; }
  void Set(base::Timestamp now) { now_ = now; }

 private:
  base::Timestamp now_;
};

}  // namespace tutti::sim
