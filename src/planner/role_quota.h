// RoleQuota: which of a gang's waiting members must have a place before any of them may start.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/gang_grouping.h"

namespace tutti::planner {

// How many members these minimums ask for together. A role's own minimum and those of the roles
// below its path ("workers" and "workers/a") count once.
int64_t Sum(std::span<const RoleMinimum> roles);

class RoleQuota {
 public:
  // By role, each once.
  explicit RoleQuota(std::span<const RoleMinimum> roles);

  // One more member of this role has a place.
  void Count(std::string_view role);
  bool met() const;

  // Of members that wait, in their order, the indices of those that the minimums still lack, and of
  // as many more as make `count`; ascending. Fewer than that where there are no more.
  std::vector<size_t> Pick(std::span<const std::string_view> waiting, size_t count);

  struct Shortage {
    std::string role;
    int64_t need = 0;
    int64_t have = 0;
  };
  // The first role whose minimum is not reached.
  std::optional<Shortage> FirstShort() const;

 private:
  struct Need {
    std::string role;
    int64_t least = 0;
    int64_t have = 0;

    bool Counts(std::string_view other) const;
  };

  std::vector<Need> needs_;  // the deepest paths first: who fills one of them fills those above
};

}  // namespace tutti::planner
