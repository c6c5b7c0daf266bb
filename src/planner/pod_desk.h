// PodDesk: what the watch shows of nodes and pods becomes accounting and gang membership.
#pragma once

#include <string>

#include "planner/bind_desk.h"
#include "planner/core_state.h"
#include "planner/gang_book.h"

namespace tutti::planner {

class PodDesk {
 public:
  PodDesk(CoreState& state, GangBook& gangs, BindDesk& binds)
      : s_(state), gangs_(gangs), binds_(binds) {}

  void Upsert(model::PodInfo pod);
  void Remove(base::Uid uid);
  void UpsertNode(model::NodeInfo node);
  void RemoveNode(const std::string& name);
  // Filter saw the pod without its planned node among the candidates.
  void NotOffered(const model::PlacementNotOffered& event);
  // A release, nomination or eviction has ended.
  void FinishWrite(const PendingWrite& write, const model::WriteFinished& result);

 private:
  void Charge(PodRecord& record);
  void Discharge(PodRecord& record);
  void JoinOrUpdate(PodRecord& record);
  Gang& LeaveGang(PodRecord& record);  // the caller settles the gang
  void UpdateMember(Gang& gang, Member& member);
  void UpdatePlaced(Gang& gang, Member& member);
  // Reservations that no longer fit on the node are given up, the latest first.
  bool IsOfHead(ReservationId id, const ReservationLedger::Reservation& reservation) const;
  void ResolveConflicts(model::NodeIndex node);
  void UnplaceOwner(ReservationId id, bool node_removed);

  CoreState& s_;
  GangBook& gangs_;
  BindDesk& binds_;
};

}  // namespace tutti::planner
