#include "kube/write_queue.h"

#include <optional>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::kube {

void WriteQueue::Push(Job job) {
  {
    absl::MutexLock lock(&mutex_);
    if (closed_) return;
    // Whatever waits goes first.
    if (!waiting_.empty() || under_way_ >= most_under_way_) {
      waiting_.push_back({std::move(job), clock_.Now()});
      return;
    }
    ++under_way_;
  }
  Run(std::move(job));
}

void WriteQueue::Run(Job job) {
  job.run([this] {
    {
      absl::MutexLock lock(&mutex_);
      --under_way_;
    }
    RunNext();
  });
}

void WriteQueue::RunNext() {
  while (true) {
    std::optional<Waiting> next;
    base::Duration waited{0};
    bool expired = false;
    bool short_again = false;
    {
      absl::MutexLock lock(&mutex_);
      if (closed_ || waiting_.empty()) return;
      waited = clock_.Now() - waiting_.front().since;
      expired = waited > waiting_.front().job.longest_wait;
      if (!expired && under_way_ >= most_under_way_) return;
      if (!expired) ++under_way_;
      next = std::move(waiting_.front());
      waiting_.pop_front();
      short_again = waiting_.size() + 1 == most_under_way_;
    }
    if (short_again) TellShort();
    if (!expired) {
      Run(std::move(next->job));
      continue;
    }
    next->job.drop(absl::DeadlineExceededError(
        absl::StrFormat("kube-apiserver is slow: waited %d s for its turn; not sent",
                        std::chrono::duration_cast<std::chrono::seconds>(waited).count())));
  }
}

void WriteQueue::TellShort() {
  absl::MutexLock lock(&on_short_mutex_);
  if (on_short_) on_short_();
}

void WriteQueue::OnShort(std::function<void()> call) {
  absl::MutexLock lock(&on_short_mutex_);
  on_short_ = std::move(call);
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
