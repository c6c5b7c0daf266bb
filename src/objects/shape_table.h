// ShapeTable: identical shapes and charges are stored once.
#pragma once

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "model/pod_info.h"

namespace tutti::objects {

// Thread-safe. What nobody else holds any more is dropped when the table has doubled since the last
// time.
class ShapeTable {
 public:
  std::shared_ptr<const model::PodShape> Intern(model::PodShape shape);
  std::shared_ptr<const model::ResourceList> Intern(model::ResourceList list);
  size_t size() const;

 private:
  template <class Value>
  struct Table {
    absl::flat_hash_map<size_t, std::vector<std::shared_ptr<const Value>>> buckets;  // by hash
    size_t size = 0;
    size_t sweep_at = 1024;
  };
  template <class Value>
  static std::shared_ptr<const Value> InternIn(Table<Value>& table, Value value);

  mutable absl::Mutex mutex_;
  Table<model::PodShape> shapes_ ABSL_GUARDED_BY(mutex_);
  Table<model::ResourceList> lists_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace tutti::objects
