// GroupTree: gangs that are groups of other gangs (CompositePodGroups), and what they make
// together.
//
// Objects may come in any order, and go. A group whose parent is not there yet counts for the
// parent nevertheless: the gang waits for it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/cluster_event.h"

namespace tutti::planner {

class GroupTree {
 public:
  // GangObjectUpserted::parent is set.
  void Set(model::GangObjectUpserted object);
  bool Remove(const model::GangKey& key);  // false: it was not in it
  bool Contains(const model::GangKey& key) const { return groups_.contains(key); }
  std::vector<model::GangObjectUpserted> All() const;  // by key

  struct Place {
    model::GangKey gang;  // the topmost
    std::string path;     // from there, of display names; empty: it is that itself
  };
  // Of a group that is not in the tree: itself.
  Place PlaceOf(const model::GangKey& group) const;
  // What the objects of this gang and of all groups below it say together; nullopt: it has none.
  std::optional<model::GangObjectUpserted> Compose(const model::GangKey& gang) const;
  // Puts the pod into the gang that its group is in now.
  void Resolve(model::GangMember& member) const;

 private:
  std::optional<model::GangKey> ParentOf(const model::GangKey& group) const;
  void Append(const model::GangKey& group, const std::string& path, int level,
              std::map<std::string, RoleMinimum>& roles, model::GangObjectUpserted& gang) const;

  std::map<model::GangKey, model::GangObjectUpserted> groups_;
  std::map<model::GangKey, std::set<model::GangKey>> below_;  // by parent, which may not be there
};

}  // namespace tutti::planner
