// ObjectTable: the API objects that a remote plugin watches, and what of them each stream has been
// shown. Internal to src/remote.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "remote/manifest.h"
#include "tutti/plugin/object_watch.h"

namespace tutti::remote {

void ToWire(const WatchedObject& object, const std::vector<ConfigEntry>& spec,
            wire::WatchedObject& to);

// Any thread. Streams remember a version each, 0 at first.
class ObjectTable {
 public:
  // Objects that have gone and are remembered, for streams that have been shown them: whoever has
  // slept for longer is shown all of them afresh.
  static constexpr size_t kMostGone = 1024;

  void Set(const WatchedObject& object, const std::vector<ConfigEntry>& spec);
  void Remove(const WatchedObject& object);

  uint64_t version() const { return version_.load(std::memory_order_acquire); }
  // What has changed since that version; which one it is now.
  uint64_t Show(uint64_t since, wire::ObjectUpdate& update) const;

 private:
  using Key = std::tuple<std::string, std::string, std::string>;
  struct Object {
    wire::WatchedObject shown;
    uint64_t version = 0;  // that it changed with
  };

  static Key KeyOf(const WatchedObject& object);

  std::atomic<uint64_t> version_ = 0;
  mutable absl::Mutex mutex_;
  std::map<Key, Object> objects_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, Key> gone_ ABSL_GUARDED_BY(mutex_);  // by version
  uint64_t forgotten_ ABSL_GUARDED_BY(mutex_) = 0;        // of the last one that is not in gone_
};

}  // namespace tutti::remote
