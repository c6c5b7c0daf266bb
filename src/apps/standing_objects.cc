#include "apps/standing_objects.h"

#include <string>
#include <variant>

namespace tutti::apps {

void StandingObjects::Notice(const model::ClusterEvent& event) {
  if (const auto* there = std::get_if<model::WatchedObjectUpserted>(&event)) {
    absl::MutexLock lock(&mutex_);
    objects_.insert(there->key);
  } else if (const auto* gone = std::get_if<model::WatchedObjectDeleted>(&event)) {
    absl::MutexLock lock(&mutex_);
    objects_.erase(gone->key);
  }
}

bool StandingObjects::Any(std::string_view resource) const {
  absl::MutexLock lock(&mutex_);
  const auto first = objects_.lower_bound({std::string(resource), "", ""});
  return first != objects_.end() && first->resource == resource;
}

}  // namespace tutti::apps
