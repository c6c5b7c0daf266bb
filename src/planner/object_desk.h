// ObjectDesk: the API objects that plugins watch, as they were read last.
#pragma once

#include <map>
#include <vector>

#include "framework/object_points.h"
#include "planner/core_state.h"
#include "planner/gang_dates.h"

namespace tutti::planner {

struct CoreCheckpoint;

// Whatever changes may put gangs into other queues: they are asked again before the next pass.
class ObjectDesk {
 public:
  ObjectDesk(CoreState& state, GangDates& dates) : s_(state), dates_(dates) {}

  void Upsert(model::WatchedObjectUpserted object);
  void Remove(const model::ObjectKey& key);
  // What plugins have against it beside those that are there; empty: nothing.
  std::vector<ConfigError> Check(const model::WatchedObjectUpserted& object) const {
    return points_.Check(object.key, object.spec);
  }

  void Save(CoreCheckpoint& checkpoint) const;
  // Tells the plugins all of it, before any gang is put into a queue.
  void Restore(const CoreCheckpoint& checkpoint);

 private:
  void Changed();

  CoreState& s_;
  GangDates& dates_;
  framework::ObjectPoints points_{s_.plugins};
  std::map<model::ObjectKey, model::ObjectSpec> objects_;
};

}  // namespace tutti::planner
