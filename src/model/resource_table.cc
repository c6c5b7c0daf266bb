#include "model/resource_table.h"

#include <algorithm>

namespace tutti::model {

ResourceTable::ResourceTable() : names_{"cpu", "memory", "ephemeral-storage", "pods"} {}

ResourceTable::ResourceTable(const ResourceTable& other) {
  absl::MutexLock lock(&other.mutex_);
  names_ = other.names_;
}

ResourceId ResourceTable::Intern(std::string_view name, size_t limit) {
  absl::MutexLock lock(&mutex_);
  const auto it = std::find(names_.begin(), names_.end(), name);
  if (it != names_.end()) return ResourceId(static_cast<uint16_t>(it - names_.begin()));
  if (names_.size() >= limit) return ResourceId();
  names_.emplace_back(name);
  return ResourceId(static_cast<uint16_t>(names_.size() - 1));
}

ResourceId ResourceTable::Find(std::string_view name) const {
  absl::MutexLock lock(&mutex_);
  const auto it = std::find(names_.begin(), names_.end(), name);
  return it == names_.end() ? ResourceId() : ResourceId(static_cast<uint16_t>(it - names_.begin()));
}

std::string ResourceTable::Name(ResourceId id) const {
  absl::MutexLock lock(&mutex_);
  return id.value < names_.size() ? names_[id.value] : std::string();
}

size_t ResourceTable::size() const {
  absl::MutexLock lock(&mutex_);
  return names_.size();
}

}  // namespace tutti::model
