// StartSearch: at the end of which gang there will be room for others.
//
// Assumption: more room never makes anybody unfit. A look costs as much as a placement, so it looks
// in ever longer strides, then between the last two looks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "planner/core_state.h"
#include "planner/gang_dates.h"
#include "planner/member_class.h"

namespace tutti::planner {

class StartSearch {
 public:
  using End = GangDates::End;  // what one gang gives back at its end
  // Calls its argument with one end after the other until that returns false.
  using VisitEnds = absl::FunctionRef<void(absl::FunctionRef<bool(const End&)>)>;

  struct Start {
    base::Timestamp time;
    GangPlacer::Released released;  // by then
  };

  // `view`: of the gang that the classes are of, where there are plugins. Both must outlive it.
  StartSearch(CoreState& state, const std::vector<MemberClass>& classes, const GangView* view)
      : s_(state), classes_(classes), view_(view) {}

  // Nullopt: they do not fit even after all of these ends. The end of the gang that arrived as
  // number `self` is not waited for.
  std::optional<Start> Find(uint64_t self, VisitEnds visit_ends);

 private:
  size_t FirstThatFits(size_t unfit, size_t fits);
  bool FitsAfter(size_t count);
  void Release(size_t count);

  CoreState& s_;
  const std::vector<MemberClass>& classes_;
  const GangView* view_;
  std::vector<End> given_;
  GangPlacer::Released released_;
};

}  // namespace tutti::planner
