// HeadNominator: makes what is kept for the head of the queue visible to kube-scheduler.
//
// A nominated node on a gated pod is a reservation that a stock kube-scheduler keeps against every
// pod of no higher priority, also against those that are never shown to us. It costs a write per
// member, so only the head gets it, and only where the extender does not see all pods.
#pragma once

#include <string>

#include "planner/core_state.h"
#include "planner/gang_book.h"

namespace tutti::planner {

struct CoreCheckpoint;

class HeadNominator {
 public:
  HeadNominator(CoreState& state, GangBook& gangs) : s_(state), gangs_(gangs) {}

  // After a pass over the queue. What drains moves from pass to pass, so nominations follow what is
  // reserved for the head at intervals, and a node that is still right is left alone.
  void Follow();
  // When Follow has more to do.
  base::Timestamp NextDeadline() const { return pending_ ? next_ : base::Timestamp::Infinite(); }

  void Save(CoreCheckpoint& checkpoint) const;
  void Restore(const CoreCheckpoint& checkpoint);

 private:
  bool Write(Member& member, const std::string& node);
  void NominateMembers(Gang& head);
  void ClearOthers();

  CoreState& s_;
  GangBook& gangs_;
  base::Timestamp next_;
  bool pending_ = false;
  int writes_left_ = 0;
};

}  // namespace tutti::planner
