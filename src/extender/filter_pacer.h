// FilterPacer: keeps kube-scheduler from handing out pods faster than the API server binds them.
//
// kube-scheduler takes a pod at a time through filter and waits for the answer; its binds run side
// by side, and each is given up after httpTimeout. It is several times faster than an API server:
// with thousands of planned pods it would start more binds than can be written in that time, and
// spend the API server's on reporting, for each of the others, that it failed. While writes pile
// up, the answers that lead to a bind are therefore held, for a moment each.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "framework/write_backlog.h"

namespace tutti::extender {

// Any thread; never blocks.
class FilterPacer {
 public:
  using Send = std::function<void()>;

  // Far below any httpTimeout; long enough that an API server that answers nothing sees few new
  // binds.
  static constexpr base::Duration kLongestHold = std::chrono::seconds(1);

  explicit FilterPacer(framework::WriteBacklog& backlog,
                       base::Duration longest_hold = kLongestHold);
  FilterPacer(const FilterPacer&) = delete;
  FilterPacer& operator=(const FilterPacer&) = delete;
  // Sends what is held.
  ~FilterPacer();

  // Runs `send` once: now, or when the backlog is short again or `longest_hold` is over, in order.
  // True: it is held.
  bool Pace(Send send);

 private:
  struct Held {
    Send send;
    base::Timestamp until;
  };
  void Run();
  // Waits for the next one whose time has come; nullopt: there will be none.
  std::optional<Send> Next();
  bool HoldsOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return !held_.empty() || stopping_;
  }
  bool ShortOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return is_short_ || stopping_; }

  framework::WriteBacklog& backlog_;
  const base::Duration longest_hold_;
  const base::SystemClock clock_;
  absl::Mutex mutex_;
  std::deque<Held> held_ ABSL_GUARDED_BY(mutex_);
  bool is_short_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace tutti::extender
