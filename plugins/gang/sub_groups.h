// The tree of a gang's subgroups as an API object lists it: each with a name of its own and the
// name of the one above it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tutti/gang_grouping.h"

namespace tutti::gang {

struct SubGroup {
  std::string name;
  std::string parent;                 // empty: the gang itself
  std::optional<int> min_member;      // nullopt: what is needed below it, or one where nothing is
  std::optional<int> min_sub_groups;  // of those right below it; nullopt: all
};

// The minimums of the roles that they are, by path, in `spec`. `min_sub_groups`: of the gang
// itself. What is wrong, as "FACT; EXPECTATION; REMEDY"; empty: nothing.
std::string SetSubGroups(const std::vector<SubGroup>& groups, std::optional<int> min_sub_groups,
                         GangSpec& spec);

}  // namespace tutti::gang
