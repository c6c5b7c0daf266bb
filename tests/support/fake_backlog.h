// FakeBacklog: a WriteBacklog that is as long as the test says.
#pragma once

#include <functional>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "framework/write_backlog.h"

namespace tutti::testing {

class FakeBacklog final : public framework::WriteBacklog {
 public:
  bool Long() const override {
    absl::MutexLock lock(&mutex_);
    return long_;
  }
  void OnShort(std::function<void()> call) override {
    absl::MutexLock lock(&call_mutex_);
    call_ = std::move(call);
  }
  void Set(bool is_long) {
    {
      absl::MutexLock lock(&mutex_);
      long_ = is_long;
    }
    absl::MutexLock lock(&call_mutex_);
    if (!is_long && call_) call_();
  }

 private:
  mutable absl::Mutex mutex_;
  bool long_ = false;
  absl::Mutex call_mutex_;
  std::function<void()> call_;
};

}  // namespace tutti::testing
