#include "base/interner.h"

namespace tutti::base {
namespace {

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

StringId Interner::Intern(std::string_view text) {
  {
    absl::ReaderMutexLock lock(&mutex_);
    const auto it = ids_.find(ToAbsl(text));
    if (it != ids_.end()) return it->second;
  }
  absl::MutexLock lock(&mutex_);
  const auto it = ids_.find(ToAbsl(text));
  if (it != ids_.end()) return it->second;
  if (texts_.size() >= limit_) return StringId();
  const StringId id(static_cast<uint32_t>(texts_.size()));
  const std::string& stored = texts_.emplace_back(text);
  ids_.emplace(ToAbsl(stored), id);
  return id;
}

StringId Interner::Find(std::string_view text) const {
  absl::ReaderMutexLock lock(&mutex_);
  const auto it = ids_.find(ToAbsl(text));
  return it == ids_.end() ? StringId() : it->second;
}

std::string_view Interner::Text(StringId id) const {
  absl::ReaderMutexLock lock(&mutex_);
  if (!id.valid() || id.value >= texts_.size()) return {};
  return texts_[id.value];
}

size_t Interner::size() const {
  absl::ReaderMutexLock lock(&mutex_);
  return texts_.size();
}

}  // namespace tutti::base
