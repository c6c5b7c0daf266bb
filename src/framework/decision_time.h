// DecisionTime: what time it is for the plugins that a core asks.
#pragma once

#include <cstdint>
#include <utility>

namespace tutti::framework {

// For as long as it lives, plugins that this thread calls are told this time and no other: what is
// decided can be decided again, from a log, as it was. Zero: nothing changes.
class DecisionTime {
 public:
  explicit DecisionTime(int64_t nanos_since_1970)
      : before_(std::exchange(now_, nanos_since_1970 == 0 ? now_ : nanos_since_1970)) {}
  ~DecisionTime() { now_ = before_; }
  DecisionTime(const DecisionTime&) = delete;
  DecisionTime& operator=(const DecisionTime&) = delete;

  // Zero: nobody has said.
  static int64_t Now() { return now_; }

 private:
  static inline thread_local int64_t now_ = 0;

  const int64_t before_;
};

}  // namespace tutti::framework
