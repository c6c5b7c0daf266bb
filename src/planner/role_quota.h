// RoleQuota: which of a gang's waiting members must have a place before any of them may start, and
// which of the others get theirs together.
//
// The roles make a tree of paths. Groups are the roles below one that names how many of them it
// needs (RoleMinimum::min_groups, group_size): they are whole or they wait. Which of them are
// chosen: those that have most members already, then those whose first member waits longest.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutti/gang_grouping.h"

namespace tutti::planner {

// How many members these minimums ask for together. A role's own minimum and those of the roles
// below its path ("workers" and "workers/a") count once; of groups, the smallest.
int64_t Sum(std::span<const RoleMinimum> roles);

// The role that a member with these labels has; nullopt: none of the rules fits it.
std::optional<std::string> RoleByRules(std::span<const RoleRule> rules,
                                       std::span<const std::pair<std::string, std::string>> labels);

class RoleQuota {
 public:
  // By role, each once.
  explicit RoleQuota(std::span<const RoleMinimum> roles);

  // One more member of this role has a place.
  void Count(std::string_view role);
  bool met() const { return IsWhole(0); }

  // What gets its places together.
  struct Unit {
    std::vector<size_t> members;  // indices of those that wait, ascending
    std::string group;            // whose they are; empty: of none
    bool fills = false;           // the group is whole with them
  };

  // Of members that wait, in their order, the indices of those that the minimums still lack, and of
  // as many more as make `count`; ascending. Fewer than that where there are no more. Groups in
  // `avoid` are not chosen as long as others can be whole.
  std::vector<size_t> Pick(std::span<const std::string_view> waiting, size_t count,
                           std::span<const std::string> avoid = {});
  // The groups that Pick has chosen and filled; those within a group before it.
  const std::vector<Unit>& chosen() const { return chosen_; }

  // Those that wait when Pick is done, in the order of their rank. What is in a group that cannot
  // be whole is in none; what comes after a unit of the same group needs that to have its places.
  std::vector<Unit> Units(std::span<const std::string_view> waiting);

  struct Shortage {
    std::string role;  // empty: the gang itself
    int64_t need = 0;
    int64_t have = 0;
    bool groups = false;  // the numbers are of groups right below the role
  };
  // The first role that is not whole.
  std::optional<Shortage> FirstShort() const;
  // The first group that Units has left out.
  const std::optional<Shortage>& left_out() const { return left_out_; }

 private:
  struct Node {
    std::string path;
    size_t parent = 0;
    int64_t least = 0;
    int64_t min_groups = 0;
    int64_t group_size = 0;
    bool unit = false;             // a group
    bool named = false;            // by a RoleMinimum, or by one below it
    int64_t have = 0;              // members of it and of all below it
    std::vector<size_t> children;  // named ones by name, then as they were first seen
  };
  class Filling;

  size_t Add(const std::string& path);
  // The deepest node that a member of this role counts in; makes groups that nobody has named.
  size_t NodeOf(std::string_view role);
  void Put(size_t node, int64_t members);
  bool IsWhole(size_t node) const;
  int64_t WholeGroups(size_t node) const;
  // The outermost group around the node, below the other one, that is not whole; 0: none.
  size_t Unfilled(size_t node, size_t below) const;
  size_t OutermostGroup(size_t node) const;  // 0: none
  int64_t LeastOf(size_t node) const;
  std::optional<Shortage> ShortBelow(size_t node) const;
  friend int64_t Sum(std::span<const RoleMinimum> roles);

  std::vector<Node> nodes_;                                  // the first is the gang itself
  std::map<std::string, size_t, std::less<>> by_path_;       // and roles as members say them
  std::map<std::string, size_t, std::less<>> by_last_name_;  // 0: of several paths
  std::vector<Unit> chosen_;
  std::optional<Shortage> left_out_;
};

}  // namespace tutti::planner
