#include "sub_groups.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "marker_values.h"

namespace tutti::gang {
namespace {

// Deeper than anybody nests them: paths must not grow without bound.
constexpr int kMostLevels = 16;

class Tree {
 public:
  // What is wrong; empty: nothing.
  std::string Read(const std::vector<SubGroup>& groups) {
    for (const SubGroup& group : groups) {
      const bool bad_name = group.name.empty() || group.name.find('/') != std::string::npos;
      if (bad_name || !by_name_.emplace(group.name, &group).second) {
        return Wrong("the name of a subgroup", group.name,
                     "expected a name without '/' that no other subgroup has; correct the "
                     "PodGroup");
      }
      ++below_[group.parent];
    }
    for (const SubGroup& group : groups) {
      if (!group.parent.empty() && !by_name_.contains(group.parent)) {
        return Wrong("the parent of subgroup " + group.name, group.parent,
                     "expected the name of another subgroup; correct the PodGroup");
      }
      if (!PathOf(group)) {
        return Wrong("the parent of subgroup " + group.name, group.parent,
                     "expected one that is not below it, and at most 16 levels; correct the "
                     "PodGroup");
      }
    }
    return {};
  }

  bool IsLeaf(const std::string& name) const { return !below_.contains(name); }
  int Below(const std::string& name) const {
    const auto it = below_.find(name);
    return it == below_.end() ? 0 : it->second;
  }
  std::optional<std::string> PathOf(const SubGroup& group) const {
    std::string path = group.name;
    const SubGroup* at = &group;
    for (int level = 1; !at->parent.empty(); ++level) {
      if (level == kMostLevels) return std::nullopt;
      at = by_name_.at(at->parent);
      path.insert(0, at->name + "/");
    }
    return path;
  }

 private:
  std::map<std::string, const SubGroup*> by_name_;
  std::map<std::string, int> below_;  // how many, by parent
};

int GroupsOf(std::optional<int> min_sub_groups) {
  if (!min_sub_groups) return 0;
  return *min_sub_groups == 0 ? kNoGroups : *min_sub_groups;
}

std::string TooMany(const std::string& whose, int wanted, int there) {
  return "the minSubGroup of " + whose + " is " + std::to_string(wanted) +
         ", and right below it there are " + std::to_string(there) +
         " subgroups; expected at most that; correct the PodGroup";
}

}  // namespace

std::string SetSubGroups(const std::vector<SubGroup>& groups, std::optional<int> min_sub_groups,
                         GangSpec& spec) {
  Tree tree;
  if (std::string wrong = tree.Read(groups); !wrong.empty()) return wrong;
  if (min_sub_groups && *min_sub_groups > tree.Below(""))
    return TooMany("the gang", *min_sub_groups, tree.Below(""));
  bool may_choose = min_sub_groups.has_value();
  int64_t sum = 0;
  std::vector<RoleMinimum> roles;
  if (min_sub_groups) roles.push_back({{}, 0, GroupsOf(min_sub_groups), 0});
  for (const SubGroup& group : groups) {
    if (group.min_sub_groups && *group.min_sub_groups > tree.Below(group.name))
      return TooMany("subgroup " + group.name, *group.min_sub_groups, tree.Below(group.name));
    const int least = group.min_member.value_or(tree.IsLeaf(group.name) ? 1 : 0);
    sum += least;
    may_choose = may_choose || group.min_sub_groups.has_value();
    roles.push_back({*tree.PathOf(group), least, GroupsOf(group.min_sub_groups), 0});
  }
  if (sum > kMostMembers) {
    return "its subgroups need more than 100000 pods; expected at most that; correct their "
           "minMember";
  }
  // Where all are needed, what asks for nothing says nothing.
  if (!may_choose) {
    std::erase_if(roles, [](const RoleMinimum& role) { return role.min_member == 0; });
    spec.min_member = std::max(spec.min_member, static_cast<int>(sum));
  }
  std::sort(roles.begin(), roles.end(),
            [](const RoleMinimum& a, const RoleMinimum& b) { return a.role < b.role; });
  spec.roles = std::move(roles);
  return {};
}

}  // namespace tutti::gang
