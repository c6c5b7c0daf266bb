// GroupDesk: the objects of gangs, and the pods that they move from one gang into another.
#pragma once

#include <vector>

#include "planner/bind_desk.h"
#include "planner/core_state.h"
#include "planner/gang_book.h"
#include "planner/pod_desk.h"

namespace tutti::planner {

class GroupDesk {
 public:
  GroupDesk(CoreState& state, GangBook& gangs, BindDesk& binds, PodDesk& pods)
      : s_(state), gangs_(gangs), binds_(binds), pods_(pods) {}

  void Upsert(model::GangObjectUpserted object);
  void Remove(const model::GangKey& key);

 private:
  // What the object of this gang says from now on; nullopt: it has none.
  void Say(const model::GangKey& key, std::optional<model::GangObjectUpserted> object);
  // The tree has changed at `key`, which was in `before`: pods follow, and the gangs that they were
  // in and are in say what they are now.
  void Follow(const model::GangKey& key, const model::GangKey& before);

  CoreState& s_;
  GangBook& gangs_;
  BindDesk& binds_;
  PodDesk& pods_;
};

}  // namespace tutti::planner
