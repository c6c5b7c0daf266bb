// LogLimiter: keeps lines that anybody can cause from filling the log.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "base/clock.h"

namespace tutti::obs {

// Lets `burst` lines pass at once, and from then on one each `interval`. Any thread.
class LogLimiter {
 public:
  // `clock` must outlive it.
  explicit LogLimiter(const base::Clock& clock, int burst = 20,
                      base::Duration interval = std::chrono::seconds(1))
      : clock_(clock), burst_(burst), interval_(interval), left_(burst), filled_(clock.Now()) {}

  // Nothing: the line is left out. Otherwise how many were since the last that passed.
  std::optional<uint64_t> Pass();

 private:
  const base::Clock& clock_;
  const int64_t burst_;
  const base::Duration interval_;
  std::mutex mutex_;
  int64_t left_;            // lines that may pass now
  base::Timestamp filled_;  // when that was last added to
  uint64_t left_out_ = 0;
};

}  // namespace tutti::obs
