#include "planner/group_tree.h"

#include <algorithm>
#include <utility>

namespace tutti::planner {
namespace {

using model::GangKey;
using model::GangObjectUpserted;

// More than any API lets them nest: what is deeper, or goes round in a circle, is no tree.
constexpr int kMostLevels = 16;

std::string Join(const std::string& path, const std::string& name) {
  return path.empty() ? name : name.empty() ? path : path + "/" + name;
}

// Both count: as the roles of pods do.
void Add(const std::string& path, const RoleMinimum& what,
         std::map<std::string, RoleMinimum>& roles) {
  RoleMinimum& role = roles[path];
  role.role = path;
  role.min_member = std::max(role.min_member, what.min_member);
  role.min_groups =
      role.min_groups == 0 ? what.min_groups : std::max(role.min_groups, what.min_groups);
  role.group_size = std::max(role.group_size, what.group_size);
}

}  // namespace

void GroupTree::Set(GangObjectUpserted object) {
  Remove(object.key);
  const GangKey key = object.key;
  const auto it = groups_.emplace(key, std::move(object)).first;
  if (!it->second.parent->empty())
    below_[{key.namespace_name, key.dialect, *it->second.parent}].insert(key);
}

bool GroupTree::Remove(const GangKey& key) {
  if (const std::optional<GangKey> parent = ParentOf(key)) {
    const auto siblings = below_.find(*parent);
    siblings->second.erase(key);
    if (siblings->second.empty()) below_.erase(siblings);
  }
  return groups_.erase(key) > 0;
}

std::vector<GangObjectUpserted> GroupTree::All() const {
  std::vector<GangObjectUpserted> all;
  for (const auto& [key, object] : groups_) all.push_back(object);
  return all;
}

std::optional<GangKey> GroupTree::ParentOf(const GangKey& group) const {
  const auto it = groups_.find(group);
  if (it == groups_.end() || it->second.parent->empty()) return std::nullopt;
  return GangKey{group.namespace_name, group.dialect, *it->second.parent};
}

GroupTree::Place GroupTree::PlaceOf(const GangKey& group) const {
  Place place{group, {}};
  for (int level = 0; const std::optional<GangKey> parent = ParentOf(place.gang); ++level) {
    if (level == kMostLevels) return {group, {}};
    place.path = Join(groups_.at(place.gang).display_name, place.path);
    place.gang = *parent;
  }
  return place;
}

void GroupTree::Append(const GangKey& group, const std::string& path, int level,
                       std::map<std::string, RoleMinimum>& roles, GangObjectUpserted& gang) const {
  const GangObjectUpserted& object = groups_.at(group);
  if (gang.problem.empty()) gang.problem = object.problem;
  if (gang.queue.empty()) gang.queue = object.queue;
  gang.spec.wait_timeout = std::max(gang.spec.wait_timeout, object.spec.wait_timeout);
  if (!path.empty()) Add(path, {path, object.spec.min_member}, roles);
  for (const RoleMinimum& role : object.spec.roles) Add(Join(path, role.role), role, roles);
  const auto below = below_.find(group);
  if (below == below_.end() || level == kMostLevels) return;
  for (const GangKey& child : below->second)
    Append(child, Join(path, groups_.at(child).display_name), level + 1, roles, gang);
}

std::optional<GangObjectUpserted> GroupTree::Compose(const GangKey& key) const {
  const auto it = groups_.find(key);
  if (it == groups_.end()) return std::nullopt;
  GangObjectUpserted gang = it->second;
  if (ParentOf(key)) {
    // PlaceOf found no end to those above it.
    gang.problem = gang.display_name +
                   " is nested in groups that go round in a circle, or more than 16 levels deep; "
                   "expected a topmost group; correct spec.parentCompositePodGroupName";
    return gang;
  }
  std::map<std::string, RoleMinimum> roles;
  Append(key, {}, 0, roles, gang);
  gang.spec.roles.clear();
  for (auto& [path, role] : roles) gang.spec.roles.push_back(std::move(role));
  return gang;
}

void GroupTree::Resolve(model::GangMember& member) const {
  if (groups_.empty() && member.group.empty()) return;
  if (!member.group.empty()) {
    member.key.identity = std::exchange(member.group, {});
    member.display_name = member.key.identity;
    member.role.clear();
  }
  if (!groups_.contains(member.key)) return;
  Place place = PlaceOf(member.key);
  if (place.path.empty()) return;
  member.group = std::exchange(member.key.identity, std::move(place.gang.identity));
  const auto top = groups_.find(member.key);
  member.display_name = top == groups_.end() ? member.key.identity : top->second.display_name;
  member.role = std::move(place.path);
}

}  // namespace tutti::planner
