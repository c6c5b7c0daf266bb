// MemberChoice: which of a gang's waiting members are placed first, all of them or none, and what
// follows them one by one, or group by group.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "planner/gang.h"

namespace tutti::planner {

class MemberChoice {
 public:
  using Members = std::vector<Member*>;

  // `waiting`: by rank, those that may be placed. `required`: how many of them minMember lacks.
  MemberChoice(const Gang& gang, Members waiting, size_t required);

  size_t waiting() const { return waiting_.size(); }
  // Of which role too few exist, or what else keeps it from starting; nullopt: all that the gang
  // needs are there, or it has started.
  struct Shortage {
    model::Reason reason;
    std::string detail;
  };
  const std::optional<Shortage>& shortage() const { return shortage_; }

  const Members& first() const { return first_; }
  // The gang may do with other groups than those in first().
  bool may_vary() const { return !quota_.chosen().empty(); }
  // Others, where there are any: without the groups for which `fits` says no, or else without the
  // largest. False: there are none.
  bool Vary(absl::FunctionRef<bool(std::span<Member* const>)> fits);

  struct Unit {
    Members members;     // placed together
    std::string group;   // whose they are; empty: of none
    bool fills = false;  // the group is whole with them only: without, nobody else of it starts
  };
  // What follows first(), once that is placed: not more than the gang may have.
  std::vector<Unit> Surplus();
  // Why some that wait are not in Surplus; nullopt: all are.
  const std::optional<Shortage>& left_out() const { return left_out_; }

 private:
  void Choose();
  // Roles that those picked start after are placed with them, where they wait.
  void PickPredecessors();
  std::vector<Unit> UpToMax(std::vector<Unit> units);
  std::optional<Shortage> ShortageOf(const std::optional<RoleQuota::Shortage>& missing) const;

  const Gang& gang_;
  const Members waiting_;
  const size_t required_;
  std::vector<std::string> role_texts_;
  std::vector<std::string_view> roles_;
  RoleQuota quota_;
  std::vector<size_t> picked_;
  std::vector<std::string> avoid_;
  std::optional<Shortage> shortage_;
  std::optional<Shortage> left_out_;
  Members first_;
};

// Of those that run, what the gang can do without, by rank. Who evicts some of it begins at its
// end.
std::vector<MemberChoice::Unit> SurplusOf(Gang& gang);

}  // namespace tutti::planner
