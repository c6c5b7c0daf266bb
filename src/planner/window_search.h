// WindowSearch: the earliest time from which a gang has room for as long as it runs.
//
// It starts when somebody else ends. A look costs as much as a placement: it looks at the first
// times that the sum of what is free does not rule out one by one, then in ever longer strides, and
// between the last two looks. With many ends the start may therefore be a little later than the
// earliest; what it gives is a place in any case.
#pragma once

#include <optional>
#include <span>

#include "planner/core_state.h"
#include "planner/member_class.h"
#include "planner/room_profile.h"

namespace tutti::planner {

class WindowSearch {
 public:
  struct Job {
    std::span<const MemberClass> classes;
    const GangView* view = nullptr;  // where there are plugins
    base::Duration run{0};           // 0: nobody knows

    base::Timestamp EndAfter(base::Timestamp start) const {
      return run.count() == 0 ? base::Timestamp::Infinite() : start + run;
    }
  };
  struct Window {
    base::Timestamp start;
    Placement placement;
  };
  struct Limits {
    base::Timestamp from{0};  // not before; where that is later than now, it may start just then
    base::Timestamp before = base::Timestamp::Infinite();
    int looks = 0;  // at most
  };

  // Both must outlive it. What the node table shows as free is what there is now.
  WindowSearch(CoreState& state, const RoomProfile& profile) : s_(state), profile_(profile) {}

  // Later than now. Takes what it used off `limits.looks`.
  std::optional<Window> Find(const Job& job, RoomProfile::Stays stays, Limits& limits);

 private:
  std::vector<base::Timestamp> Times(const Job& job, RoomProfile::Stays stays,
                                     const Limits& limits) const;
  bool FitsAt(base::Timestamp start);

  CoreState& s_;
  const RoomProfile& profile_;
  const Job* job_ = nullptr;
  RoomProfile::Stays stays_;
  int* looks_ = nullptr;
  Window found_;
};

}  // namespace tutti::planner
