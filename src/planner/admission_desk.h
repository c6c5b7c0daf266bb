// AdmissionDesk: plans a gang while its first member is being created, so that the plan needs no
// later write.
#pragma once

#include "planner/core_state.h"
#include "planner/gang_book.h"
#include "planner/pre_enqueue.h"

namespace tutti::planner {

// If the gang fits now, places for minMember members like this one are reserved and each CREATE
// gets one of them as a pin; a place whose pod does not show up is open again after a while. If the
// gang must wait, the pod is gated.
class AdmissionDesk {
 public:
  AdmissionDesk(CoreState& state, GangBook& gangs, PreEnqueue& pre_enqueue)
      : s_(state), gangs_(gangs), pre_enqueue_(pre_enqueue) {}

  void Request(const model::PodAdmitted& request);

 private:
  // One more member than the gang needs may have a place at once: there are not as many as it may
  // have, and nobody waits who would come before it.
  bool MayGrow(const Gang& gang) const;
  bool PlanSlots(Gang& gang, const model::PodInfo& pod, int64_t count);
  Slot* FindSlot(Gang& gang, const model::PodInfo& pod);

  CoreState& s_;
  GangBook& gangs_;
  PreEnqueue& pre_enqueue_;
};

}  // namespace tutti::planner
