// LeaderLabel: the label tutti.dev/leader of the Pod that this process runs in, by which Services
// find the replica that serves.
#pragma once

#include <functional>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "kube/api.h"
#include "kube/client.h"

namespace tutti::apps {

// A thread of its own writes what was said last, each write with its deadline, and again with
// back-off until it is done. The first write takes away what an earlier life of the Pod's container
// has left. What is not written when this is destroyed stays so: the Pod is not ready by then.
class LeaderLabel {
 public:
  static constexpr base::Duration kFirstPause = std::chrono::milliseconds(100);
  static constexpr base::Duration kLongestPause = std::chrono::seconds(5);

  // `client` must outlive it. `on_error` runs on the thread.
  LeaderLabel(kube::Client& client, kube::ObjectName pod,
              std::function<void(const absl::Status&)> on_error);
  ~LeaderLabel();
  LeaderLabel(const LeaderLabel&) = delete;
  LeaderLabel& operator=(const LeaderLabel&) = delete;

  // Any thread; returns at once.
  void Set(bool leads);

 private:
  void Run();
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || written_ != leads_;
  }
  absl::Status Write(bool leads);

  kube::Client& client_;
  const kube::ObjectName pod_;
  const std::function<void(const absl::Status&)> on_error_;
  absl::Mutex mutex_;
  bool leads_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<bool> written_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace tutti::apps
