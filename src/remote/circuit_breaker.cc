#include "remote/circuit_breaker.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "tutti/cycle_state.h"

namespace tutti::remote {
namespace {

constexpr uint64_t kJitterSteps = 1000;

}  // namespace

absl::StatusOr<CircuitBreaker::Ticket> CircuitBreaker::Admit() {
  absl::MutexLock lock(&mutex_);
  if (state_ == State::kClosed) return Ticket{era_, false};
  const base::Duration left = opens_until_ - clock_.Now();
  if (state_ == State::kOpen && left <= base::Duration(0)) {
    state_ = State::kHalfOpen;
    return Ticket{++era_, true};
  }
  return absl::UnavailableError(absl::StrFormat(
      "it is not asked after %d failures in a row, the last one: %s; %s",
      failures_.find(failed_last_)->second, last_failure_,
      state_ == State::kHalfOpen
          ? "it is being tried now"
          : "the next try is in " +
                base::FormatDuration(std::chrono::ceil<std::chrono::milliseconds>(left))));
}

void CircuitBreaker::Succeeded(Ticket ticket, std::string_view point) {
  absl::MutexLock lock(&mutex_);
  if (ticket.era != era_) return;
  if (const auto failures = failures_.find(point); failures != failures_.end())
    failures->second = 0;
  if (point == failed_last_) openings_ = 0;
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  failures_.clear();
  ++era_;
}

void CircuitBreaker::Failed(Ticket ticket, std::string_view point, std::string why) {
  absl::MutexLock lock(&mutex_);
  if (ticket.era != era_) return;
  failed_last_ = point;
  last_failure_ = std::move(why);
  const int failures = ++failures_[failed_last_];
  if (state_ == State::kHalfOpen || failures >= options_.failures_to_open) Open();
}

void CircuitBreaker::Open() {
  base::Duration wait = options_.first_wait;
  for (int i = 0; i < openings_ && wait < options_.longest_wait; ++i) wait *= 2;
  wait = std::min(wait, options_.longest_wait);
  const auto jitter = static_cast<int64_t>(Mix(seed_, era_) % kJitterSteps);
  wait += wait / 5 * jitter / static_cast<int64_t>(kJitterSteps);
  ++openings_;
  ++era_;
  state_ = State::kOpen;
  opens_until_ = clock_.Now() + wait;
}

CircuitBreaker::State CircuitBreaker::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

}  // namespace tutti::remote
