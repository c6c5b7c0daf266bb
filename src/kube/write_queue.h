// WriteQueue: writes in order, only so many of them under way at once.
//
// Whoever decides is faster than the API server: thousands of writes can be due at the same moment.
// Were they all handed to the client, each would spend its deadline waiting for its turn, end
// unclear and be looked up and repeated: under load, more work and less of it done. Here a write's
// deadline begins when it is sent, and one that has waited too long ends without having been sent.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "framework/write_backlog.h"

namespace tutti::kube {

// Any thread; never blocks. Push neither drops nor ends anything by itself: whoever pushes may be
// the one who must take the news. What waits is bounded by whoever decides: one write for each pod.
class WriteQueue final : public framework::WriteBacklog {
 public:
  using Done = std::function<void()>;
  struct Job {
    // Sends the write; calls `done` exactly once, when it has ended in whatever way.
    std::function<void(Done done)> run;
    // Called instead of `run`: it was not sent and never will be.
    std::function<void(const absl::Status& why)> drop;
    base::Duration longest_wait = base::Duration::max();
  };
  // `most_under_way` >= 1. Jobs that run must end before the queue does.
  WriteQueue(const base::Clock& clock, size_t most_under_way)
      : clock_(clock), most_under_way_(most_under_way) {}

  void Push(Job job);
  // What waits is forgotten, and nothing runs any more.
  void Close();
  size_t waiting() const;
  // As many wait as may be under way.
  bool Long() const override { return waiting() >= most_under_way_; }
  void OnShort(std::function<void()> call) override;

 private:
  struct Waiting {
    Job job;
    base::Timestamp since;
  };
  void Run(Job job);
  // What there is room for, after a job has ended.
  void RunNext();
  void TellShort();

  const base::Clock& clock_;
  const size_t most_under_way_;
  mutable absl::Mutex mutex_;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;

  absl::Mutex on_short_mutex_;  // never taken while mutex_ is held
  std::function<void()> on_short_ ABSL_GUARDED_BY(on_short_mutex_);
};

}  // namespace tutti::kube
