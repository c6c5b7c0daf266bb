#include "obs/log_limiter.h"

#include <algorithm>
#include <utility>

namespace tutti::obs {

std::optional<uint64_t> LogLimiter::Pass() {
  const std::lock_guard lock(mutex_);
  const base::Timestamp now = clock_.Now();
  const int64_t more = (now - filled_) / interval_;
  if (left_ + more >= burst_) {
    left_ = burst_;
    filled_ = now;
  } else if (more > 0) {
    left_ += more;
    filled_ = filled_ + interval_ * more;
  }
  if (left_ == 0) {
    ++left_out_;
    return std::nullopt;
  }
  --left_;
  return std::exchange(left_out_, 0);
}

}  // namespace tutti::obs
