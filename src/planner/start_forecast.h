// StartForecast: when the gangs that wait are expected to start, if what runs and they themselves
// run as long as is known of them, and nobody comes meanwhile.
//
// Assumption: each starts as early as delays none before it. A gang that could not be foreseen
// might do so at any time: those behind it know no limit any more, and strictly in order
// (Backfill::kNone) nothing at all. The work is bounded; later gangs are not foreseen.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "planner/core_state.h"
#include "planner/member_class.h"
#include "planner/room_profile.h"
#include "planner/window_search.h"

namespace tutti::planner {

class StartForecast {
 public:
  struct Start {
    base::Timestamp time;
    int64_t ends = 0;  // gangs that run, on the nodes where it goes, and end until then
  };

  // What the node table shows as free is what there is now. Must not outlive it.
  StartForecast(CoreState& state, RunTimeSource source);

  // The next of the gangs, in the order in which they are served. Nullopt: not foreseen.
  std::optional<Start> Next(const Gang& gang, std::span<const MemberClass> classes,
                            const GangView* view);
  // The same where it is planned already. Nullopt: what is known here does not bear that out.
  std::optional<Start> Next(const RoomProfile::Stay& planned);
  // The next of them keeps this room from now on, until nobody knows when.
  void Keeps(RoomProfile::Room room);

 private:
  Start Add(RoomProfile::Stay stay);
  bool limits() const { return source_ == RunTimeSource::kDeclared; }
  std::vector<const RoomProfile::Stay*> Stays() const;

  CoreState& s_;
  const RunTimeSource source_;
  RoomProfile profile_;
  std::vector<RoomProfile::Stay> stays_;
  base::Timestamp last_;  // the start of the last one
  bool anyone_unforeseen_ = false;
  int looks_;
};

}  // namespace tutti::planner
