// CircuitBreaker: whether a service that keeps failing may be asked.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"

namespace tutti::remote {

// Closed: everybody asks. After so many failures in a row at one extension point it opens: nobody
// asks, for a wait that doubles each time. Then it is half open: one asks, and the others are
// refused until it is known what became of that. A point that answers says nothing for another one,
// which may end the process every time. Any thread.
class CircuitBreaker {
 public:
  // The numbers are those of the metric.
  enum class State : uint8_t { kClosed = 0, kHalfOpen = 1, kOpen = 2 };

  struct Options {
    int failures_to_open = 3;
    base::Duration first_wait = std::chrono::seconds(1);
    base::Duration longest_wait = std::chrono::seconds(30);
  };

  // `seed`: of the jitter, which makes a wait longer by up to a fifth.
  CircuitBreaker(const base::Clock& clock, Options options, uint64_t seed)
      : clock_(clock), options_(options), seed_(seed) {}
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  // One permission to ask. Its holder says what became of it; what is said too late, after the
  // breaker has opened or closed again, changes nothing.
  struct Ticket {
    uint64_t era = 0;
    bool probe = false;  // the one that asks while it is half open
  };
  // Unavailable: why not, and when again.
  absl::StatusOr<Ticket> Admit();
  void Succeeded(Ticket ticket, std::string_view point);
  void Failed(Ticket ticket, std::string_view point, std::string why);

  State state() const;

 private:
  void Open() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const base::Clock& clock_;
  const Options options_;
  const uint64_t seed_;

  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kClosed;
  uint64_t era_ ABSL_GUARDED_BY(mutex_) = 0;  // counts the changes of state
  std::map<std::string, int, std::less<>> failures_ ABSL_GUARDED_BY(mutex_);  // in a row, by point
  std::string failed_last_ ABSL_GUARDED_BY(mutex_);                           // a point
  int openings_ ABSL_GUARDED_BY(mutex_) = 0;  // since that point has answered
  base::Timestamp opens_until_ ABSL_GUARDED_BY(mutex_);
  std::string last_failure_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tutti::remote
