// ResourceTable: resource names become column numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "tutti/ids.h"

namespace tutti::model {

using tutti::IsMilli;
using tutti::kCpu;
using tutti::kEphemeralStorage;
using tutti::kMemory;
using tutti::kPods;
using tutti::ResourceId;

// Thread-safe, append-only, bounded: what pods ask for can use up a part of it, never the part kept
// for nodes.
class ResourceTable {
 public:
  static constexpr size_t kLimit = 512;
  static constexpr size_t kLimitForPods = 384;

  ResourceTable();
  // The same names under the same ids; what either learns afterwards the other does not know.
  ResourceTable(const ResourceTable& other);
  ResourceTable& operator=(const ResourceTable&) = delete;

  // Invalid once the bound is reached.
  ResourceId InternForNode(std::string_view name) { return Intern(name, kLimit); }
  ResourceId InternForPod(std::string_view name) { return Intern(name, kLimitForPods); }
  ResourceId Find(std::string_view name) const;  // invalid: nobody has asked for it
  std::string Name(ResourceId id) const;         // "" for an unknown id
  size_t size() const;

 private:
  ResourceId Intern(std::string_view name, size_t limit);

  mutable absl::Mutex mutex_;
  std::vector<std::string> names_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tutti::model
