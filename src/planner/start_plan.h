// StartPlan: conservative backfill: which gang that waits has been promised which start.
//
// The first kMost gangs of a pass that find no place get a planned start each: the earliest that
// delays none before them. A promise is kept from pass to pass: where room comes back sooner than
// was thought, each in turn may move up as long as no other promise suffers; it is broken only by
// gangs that go before it (a higher priority, another order of the queues), by runs that outlive
// what was known of them, and by nodes that go. What would start now must leave room for the
// promised starts: all of them where it has been promised one itself, otherwise those of the gangs
// before it.
//
// Assumption: more room never makes a gang unfit. What runs or is planned without a known end keeps
// its room for ever. Only gangs are held to it: pods of no gang keep off the head's room alone.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "planner/core_state.h"
#include "planner/gang_book.h"
#include "planner/member_class.h"
#include "planner/room_profile.h"
#include "planner/window_search.h"

namespace tutti::planner {

struct CoreCheckpoint;

class StartPlan {
 public:
  static constexpr size_t kMost = 64;

  struct Entry {
    uint64_t arrival = 0;  // of the gang
    bool renewed = false;  // it had its turn in this pass
    bool foreseen = true;  // false: the head's room, kept from now on until nobody knows when
    std::vector<std::vector<model::NodeIndex>> nodes;    // as in a Placement
    std::vector<std::vector<model::DeviceSet>> devices;  // likewise
    RoomProfile::Stay stay;
  };

  StartPlan(CoreState& state, GangBook& gangs) : s_(state), gangs_(gangs) {}

  bool active() const { return s_.options.backfill == Backfill::kConservative; }
  // As many have had their turn in this pass as get a planned start.
  bool full() const { return renewed_ >= kMost; }
  // The gang whose turn it is has been promised a start.
  bool promised() const { return promised_; }
  // How long the gang whose turn it is would run; 0: nobody knows.
  base::Duration run() const { return run_; }
  // Of a gang that has been promised a start; null: it has not.
  const RoomProfile::Stay* StayOf(uint64_t arrival) const;

  size_t size() const;  // gangs that have been promised one
  // The first of the promised starts: a pass is due, whether anybody ends by then or not.
  base::Timestamp NextStart() const;

  // A pass from the beginning, or one that goes on after other events. After it: Finish.
  void Begin(bool from_the_beginning);
  void Finish(bool complete);
  void Clear();

  // From now on until EndTurn it is about this gang.
  void BeginTurn(const Gang& gang);
  // What the gang may use now. Leaves the node table as it was.
  Placement PlaceNow(std::span<const MemberClass> classes, const GangView* view);
  // The same for a gang that does not exist, whose turn would come after all that wait.
  Placement PlaceIfSubmitted(const Gang& gang, std::span<const MemberClass> classes,
                             const GangView* view);
  // These of the gang's members were placed.
  void Started(std::span<const MemberClass> classes, const Placement& placement);
  // Room was given back out of turn.
  void RoomCameBack() { known_ = false; }
  // It cannot start now: where it will be when its time comes. Does not fit: that is not foreseen.
  Placement Promise(std::span<const MemberClass> classes, const GangView* view);
  // The gang is the head, and its room is not the one promised.
  void KeepForHead(const Gang& head);
  void EndTurn();

  void Save(CoreCheckpoint& checkpoint) const;
  void Restore(const CoreCheckpoint& checkpoint);

 private:
  using Job = WindowSearch::Job;

  Entry* Find(uint64_t arrival);
  void Erase(uint64_t arrival);
  const RoomProfile& Profile();
  // Those that the gang whose turn it is must leave room for; `others`: promised to whomever.
  std::vector<const RoomProfile::Stay*> Stays(bool others) const;
  std::vector<ReservationId> HeadReservations() const;
  bool Holds(const Entry& entry, const Job& job);
  bool Eligible(const Entry& entry, const Job& job);
  Entry& Renew(Entry& entry);

  CoreState& s_;
  GangBook& gangs_;
  std::vector<Entry> entries_;  // in the order in which they were first promised
  size_t renewed_ = 0;          // of these
  RoomProfile profile_;         // of what runs
  bool known_ = false;          // it is up to date
  int promise_looks_ = 0;       // left to this pass
  int move_up_looks_ = 0;
  uint64_t turn_ = 0;  // the gang whose turn it is
  bool promised_ = false;
  base::Duration run_{0};
};

}  // namespace tutti::planner
