#include "objects/shape_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"

namespace tutti::objects {

template <class Value>
std::shared_ptr<const Value> ShapeTable::InternIn(Table<Value>& table, Value value) {
  std::vector<std::shared_ptr<const Value>>& bucket = table.buckets[absl::Hash<Value>{}(value)];
  for (const std::shared_ptr<const Value>& known : bucket) {
    if (*known == value) return known;
  }
  auto added = std::make_shared<const Value>(std::move(value));
  bucket.push_back(added);
  if (++table.size < table.sweep_at) return added;
  for (auto it = table.buckets.begin(); it != table.buckets.end();) {
    table.size -=
        std::erase_if(it->second, [](const auto& known) { return known.use_count() == 1; });
    if (it->second.empty()) {
      table.buckets.erase(it++);
    } else {
      ++it;
    }
  }
  table.sweep_at = std::max<size_t>(1024, table.size * 2);
  return added;
}

std::shared_ptr<const model::PodShape> ShapeTable::Intern(model::PodShape shape) {
  absl::MutexLock lock(&mutex_);
  return InternIn(shapes_, std::move(shape));
}

std::shared_ptr<const model::ResourceList> ShapeTable::Intern(model::ResourceList list) {
  absl::MutexLock lock(&mutex_);
  return InternIn(lists_, std::move(list));
}

size_t ShapeTable::size() const {
  absl::MutexLock lock(&mutex_);
  return shapes_.size + lists_.size;
}

}  // namespace tutti::objects
