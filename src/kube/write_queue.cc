#include "kube/write_queue.h"

#include <optional>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::kube {

void WriteQueue::Push(Job job) {
  {
    absl::MutexLock lock(&mutex_);
    if (waiting_.size() < kMostWaiting) {
      waiting_.push_back({std::move(job), clock_.Now()});
      job = Job();
    }
  }
  if (job.drop) {
    return job.drop(absl::ResourceExhaustedError(
        absl::StrFormat("%d writes to the API server wait already; not sent", kMostWaiting)));
  }
  RunNext();
}

void WriteQueue::RunNext() {
  while (true) {
    std::optional<Waiting> next;
    bool expired = false;
    base::Duration waited{0};
    {
      absl::MutexLock lock(&mutex_);
      if (closed_ || waiting_.empty()) return;
      waited = clock_.Now() - waiting_.front().since;
      expired = waited > waiting_.front().job.longest_wait;
      if (!expired && under_way_ >= most_under_way_) return;
      if (!expired) ++under_way_;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    if (expired) {
      next->job.drop(absl::DeadlineExceededError(
          absl::StrFormat("kube-apiserver is slow: waited %d s for its turn; not sent",
                          std::chrono::duration_cast<std::chrono::seconds>(waited).count())));
      continue;
    }
    next->job.run([this] {
      {
        absl::MutexLock lock(&mutex_);
        --under_way_;
      }
      RunNext();
    });
  }
}

void WriteQueue::Close() {
  std::deque<Waiting> forgotten;
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  waiting_.swap(forgotten);
}

size_t WriteQueue::waiting() const {
  absl::MutexLock lock(&mutex_);
  return waiting_.size();
}

}  // namespace tutti::kube
