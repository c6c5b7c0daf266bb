// TrackingSink: remembers which objects a collection holds, so that a deletion nobody told us of is
// found by the next list, and an object that was replaced under the same name is noticed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/uid.h"
#include "kube/reflector.h"

namespace tutti::kube {

class TrackingSink : public ReflectorSink {
 public:
  void OnListStart() final {
    ++generation_;
    incomplete_ = false;
  }
  void OnListDone() final;

 protected:
  // Call before an object is reported: reports its predecessor of the same name, if that had
  // another uid, as gone.
  void Track(const std::string& key, const base::Uid& uid);
  // Call for a DELETED event. False where the object was not known (any more), or another one bears
  // its name.
  bool Untrack(const std::string& key, const base::Uid& uid);
  // Something of this list could not be read: what it does not show need not be gone.
  void MarkIncomplete() { incomplete_ = true; }
  virtual void Gone(const std::string& key, const base::Uid& uid) = 0;
  // All objects of a list are tracked: first called at the end of the first list.
  virtual void ListDone() {}

 private:
  struct Known {
    base::Uid uid;
    uint64_t generation = 0;
  };
  absl::flat_hash_map<std::string, Known> known_;
  uint64_t generation_ = 0;
  bool incomplete_ = false;
};

}  // namespace tutti::kube
