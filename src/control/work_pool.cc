#include "control/work_pool.h"

#include <utility>

namespace tutti::control {

WorkPool::WorkPool(size_t threads, size_t most) : most_(most) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Serve(); });
}

WorkPool::~WorkPool() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

bool WorkPool::TryRun(std::function<void()> work) {
  absl::MutexLock lock(&mutex_);
  if (stopped_ || taken_ >= most_) return false;
  ++taken_;
  waiting_.push_back({std::move(work), /*counts=*/true});
  return true;
}

void WorkPool::Run(std::function<void()> work) {
  absl::MutexLock lock(&mutex_);
  if (!stopped_) waiting_.push_back({std::move(work), /*counts=*/false});
}

void WorkPool::Serve() {
  while (true) {
    Work work;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &WorkPool::HasWork));
      if (waiting_.empty()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work.run();
    if (!work.counts) continue;
    absl::MutexLock lock(&mutex_);
    --taken_;
  }
}

}  // namespace tutti::control
