// WorkPool: a few threads for calls that wait for the core.
#pragma once

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace tutti::control {

// Any thread. What was taken is run, also while it is being destroyed.
class WorkPool {
 public:
  // At most `most` pieces of work at once, those that wait for a thread included.
  WorkPool(size_t threads, size_t most);
  ~WorkPool();

  // False: too many already.
  bool TryRun(std::function<void()> work);
  // Waits for a thread however many there are already, and does not count among them: for somebody
  // who has one piece of work at a time and would never hear that it was refused.
  void Run(std::function<void()> work);

 private:
  struct Work {
    std::function<void()> run;
    bool counts;
  };
  void Serve();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopped_ || !waiting_.empty();
  }

  const size_t most_;
  absl::Mutex mutex_;
  std::deque<Work> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace tutti::control
