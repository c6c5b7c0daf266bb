// QueuePlanner: one pass over the waiting gangs, in queue order.
//
// The first gang that does not fit becomes the head: the room it will get is reserved for it (where
// least must drain), and gangs after it are placed only in what is left, so that they cannot delay
// it. Gangs that could not fit even into an empty cluster reserve nothing and hold nobody up.
#pragma once

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "planner/bind_desk.h"
#include "planner/core_state.h"
#include "planner/gang_book.h"

namespace tutti::planner {

class QueuePlanner {
 public:
  QueuePlanner(CoreState& state, GangBook& gangs, BindDesk& binds)
      : s_(state), gangs_(gangs), binds_(binds) {}

  void Pass();
  // Gives back what is reserved for the head.
  void DropHead();
  uint64_t head() const { return head_; }  // Gang::arrival, 0: none

 private:
  struct Wanted {
    std::vector<MemberClass> classes;
    std::vector<std::vector<Member*>> members;  // per class, in rank order
  };

  // Sets the gang's reason and answers false where it cannot be planned now, whatever the room.
  bool Plannable(Gang& gang);
  std::vector<Member*> WaitingMembers(Gang& gang) const;
  Wanted Classes(const Gang& gang, const std::vector<Member*>& members) const;
  void Plan(Gang& gang);
  bool TryPlace(Gang& gang, const Wanted& wanted, Placement& placement);
  void PlaceSurplus(Gang& gang, const std::vector<Member*>& surplus);
  void DidNotFit(Gang& gang, const Wanted& wanted, model::Reason reason);
  void ReserveForHead(Gang& gang, const Wanted& wanted);
  void RecreatePinned(const Wanted& wanted);
  bool FitsWithoutHead(const Wanted& wanted);
  void Remember(const Wanted& wanted, const model::Reason& reason);
  // Null: not known.
  const model::Reason* KnownNotToFit(const Wanted& wanted) const;

  CoreState& s_;
  GangBook& gangs_;
  BindDesk& binds_;
  uint64_t head_ = 0;
  std::vector<ReservationId> head_reservations_;
  // Of this pass: the smallest count of a shape that did not fit. Whatever asks for as much or more
  // need not be tried.
  absl::flat_hash_map<const model::PodShape*, std::pair<int64_t, model::Reason>> too_many_;
  int failures_ = 0;
};

}  // namespace tutti::planner
