// FreeList: costly objects that one thread at a time may use, kept for the next user.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace tutti::base {

// Thread-safe. Makes a new object when none is free, and keeps at most `keep` of them. The one
// given back last is handed out first: its memory is still in the cache.
template <class T>
class FreeList {
 public:
  explicit FreeList(std::function<std::unique_ptr<T>()> make, size_t keep = 32)
      : make_(std::move(make)), keep_(keep) {}
  FreeList(const FreeList&) = delete;
  FreeList& operator=(const FreeList&) = delete;

  // Gives the object back when it ends; must not outlive the list.
  class Lease {
   public:
    Lease(FreeList& list, std::unique_ptr<T> object) : list_(list), object_(std::move(object)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      if (object_) list_.GiveBack(std::move(object_));
    }

    T& operator*() const { return *object_; }
    T* operator->() const { return object_.get(); }
    // Destroys the object now: it has grown too large to be kept.
    void Discard() { object_.reset(); }

   private:
    FreeList& list_;
    std::unique_ptr<T> object_;
  };

  Lease Take() {
    {
      absl::MutexLock lock(&mutex_);
      if (!free_.empty()) {
        std::unique_ptr<T> object = std::move(free_.back());
        free_.pop_back();
        return Lease(*this, std::move(object));
      }
    }
    return Lease(*this, make_());
  }

 private:
  void GiveBack(std::unique_ptr<T> object) {
    absl::MutexLock lock(&mutex_);
    if (free_.size() < keep_) free_.push_back(std::move(object));
  }

  const std::function<std::unique_ptr<T>()> make_;
  const size_t keep_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<T>> free_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tutti::base
