#include "planner/object_desk.h"

#include <utility>

#include "planner/core_checkpoint.h"

namespace tutti::planner {

void ObjectDesk::Upsert(model::WatchedObjectUpserted object) {
  model::ObjectSpec& spec = objects_[object.key];
  spec = std::move(object.spec);
  points_.Tell(object.key, spec);
  Changed();
}

void ObjectDesk::Remove(const model::ObjectKey& key) {
  if (objects_.erase(key) == 0) return;
  points_.TellGone(key);
  Changed();
}

void ObjectDesk::Changed() {
  dates_.AskAgain();
  s_.planning_due = true;
}

void ObjectDesk::Save(CoreCheckpoint& checkpoint) const {
  for (const auto& [key, spec] : objects_) checkpoint.objects.push_back({key, spec});
}

void ObjectDesk::Restore(const CoreCheckpoint& checkpoint) {
  for (const auto& [key, spec] : checkpoint.objects) {
    objects_[key] = spec;
    points_.Tell(key, spec);
  }
}

}  // namespace tutti::planner
