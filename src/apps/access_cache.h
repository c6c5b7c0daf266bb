// AccessCache: answers of the API server on who may do what, for a short while.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"

namespace tutti::apps {

struct AccessCacheOptions {
  base::Duration allowed_for =
      std::chrono::seconds(10);                         // a right taken away counts so much longer
  base::Duration denied_for = std::chrono::seconds(2);  // whoever was given one tries again soon
  size_t most = 4096;                                   // answers; beyond, the oldest are forgotten
  size_t longest_key = 16 << 10;  // bytes; questions that are longer are asked each time
};

// Any thread. `clock` must outlive it.
class AccessCache {
 public:
  explicit AccessCache(const base::Clock& clock, AccessCacheOptions options = {})
      : clock_(clock), options_(options) {}

  // `key`: the whole question.
  std::optional<bool> Find(const std::string& key);
  void Put(const std::string& key, bool allowed);
  size_t size() const;

 private:
  struct Entry {
    std::string key;
    bool allowed = false;
    base::Timestamp ends;
  };
  using Entries = std::list<Entry>;

  void Forget(Entries::iterator entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const base::Clock& clock_;
  const AccessCacheOptions options_;
  mutable absl::Mutex mutex_;
  Entries entries_ ABSL_GUARDED_BY(mutex_);  // the oldest first
  std::unordered_map<std::string, Entries::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tutti::apps
