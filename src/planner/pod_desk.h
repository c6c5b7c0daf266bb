// PodDesk: what the watch shows of nodes and pods becomes accounting and gang membership.
#pragma once

#include <string>

#include "planner/bind_desk.h"
#include "planner/bound_pod_index.h"
#include "planner/core_state.h"
#include "planner/event_desk.h"
#include "planner/gang_book.h"

namespace tutti::planner {

class PodDesk {
 public:
  PodDesk(CoreState& state, GangBook& gangs, BindDesk& binds, BoundPodIndex& bound,
          EventDesk& events)
      : s_(state), gangs_(gangs), binds_(binds), bound_(bound), events_(events) {}

  void Upsert(model::PodInfo&& pod);
  void Remove(base::Uid uid);
  void UpsertNode(model::NodeInfo node);
  void RemoveNode(const std::string& name);
  // Filter saw the pod without its planned node among the candidates.
  void NotOffered(const model::PlacementNotOffered& event);
  // A release, nomination or eviction has ended.
  void FinishWrite(const PendingWrite& write, const model::WriteFinished& result);

 private:
  // Whether the charge takes the place of what was announced to the Reserve plugins.
  bool Charge(PodRecord& record);
  void Discharge(PodRecord& record);
  void FinishEviction(PodRecord& record, bool failed);
  void JoinOrUpdate(PodRecord& record);
  Gang& LeaveGang(PodRecord& record);  // the caller settles the gang
  void LeaveForGood(PodRecord& record);
  void UpdateMember(Gang& gang, Member& member);
  void UpdatePlaced(Gang& gang, Member& member);
  // Reservations that no longer fit on the node are given up, the latest first.
  bool IsOfHead(ReservationId id, const ReservationLedger::Reservation& reservation) const;
  void ResolveConflicts(model::NodeIndex node);
  void UnplaceOwner(ReservationId id, bool node_removed);

  CoreState& s_;
  GangBook& gangs_;
  BindDesk& binds_;
  BoundPodIndex& bound_;
  EventDesk& events_;
};

}  // namespace tutti::planner
