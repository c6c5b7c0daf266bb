#include "apps/access_cache.h"

namespace tutti::apps {

std::optional<bool> AccessCache::Find(const std::string& key) {
  const absl::MutexLock lock(&mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return std::nullopt;
  if (found->second->ends <= clock_.Now()) {
    Forget(found->second);
    return std::nullopt;
  }
  return found->second->allowed;
}

void AccessCache::Put(const std::string& key, bool allowed) {
  if (key.size() > options_.longest_key || options_.most == 0) return;
  const absl::MutexLock lock(&mutex_);
  if (const auto found = by_key_.find(key); found != by_key_.end()) Forget(found->second);
  if (entries_.size() >= options_.most) Forget(entries_.begin());
  const base::Duration lasts = allowed ? options_.allowed_for : options_.denied_for;
  entries_.push_back({key, allowed, clock_.Now() + lasts});
  by_key_.emplace(key, std::prev(entries_.end()));
}

size_t AccessCache::size() const {
  const absl::MutexLock lock(&mutex_);
  return entries_.size();
}

void AccessCache::Forget(Entries::iterator entry) {
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace tutti::apps
