// BindDesk: the only place where anything is committed. A bind is checked against live state,
// parked until the gang's barrier opens, and written with the uid as precondition.
#pragma once

#include <map>

#include "planner/core_state.h"
#include "planner/gang_book.h"
#include "planner/permit_desk.h"

namespace tutti::planner {

struct CoreCheckpoint;

// The barrier of a gang is open once minMember members exist and have nodes. Where rules that only
// kube-scheduler judges are involved (or always, by configuration), minMember members must have
// come to bind: only then has it accepted them.
class BindDesk {
 public:
  BindDesk(CoreState& state, GangBook& gangs) : s_(state), gangs_(gangs) {}

  void Request(const model::BindRequested& request);
  void Abandon(uint64_t ticket);
  // A Binding of ours has ended.
  void Finish(const PendingWrite& write, const model::WriteFinished& result);
  // The pod has appeared, or is bound: binds that waited for that go on.
  void PodSeen(base::Uid uid);
  void PodBound(PodRecord& record);
  // Opens the gang's barrier if it can be, and writes the binds that were parked behind it.
  void CheckBarrier(Gang& gang);
  // Something has happened: binds that wait for a Permit plugin are asked about again.
  void AskPermitsAgain();
  // Answers every parked bind: we are no longer the ones to decide.
  void RefuseAll();

  // Answers what has waited too long.
  void Expire();
  base::Timestamp NextDeadline() const;

  void Save(CoreCheckpoint& checkpoint) const;
  void Restore(const CoreCheckpoint& checkpoint);

 private:
  struct Unseen {
    model::BindRequested request;
    base::Timestamp deadline;
  };

  void Decide(const model::BindRequested& request, PodRecord& record);
  void DecideMember(const model::BindRequested& request, PodRecord& record);
  void DecideForeign(const model::BindRequested& request, PodRecord& record);
  bool BarrierAllows(const Gang& gang) const;
  // Writes the Binding of a member that has come to bind, unless a plugin says no, or not yet.
  void Write(Gang& gang, Member& member);
  void AskAgain(const PermitDesk::Waiting& waiting);
  // A held bind of this pod ends without a Binding.
  void AnswerHeld(base::Uid uid, std::string error);
  void Answer(uint64_t ticket, std::string error);

  CoreState& s_;
  GangBook& gangs_;
  PermitDesk permits_{s_};
  std::map<base::Uid, Unseen> unseen_;  // binds of pods that our watch has not shown yet
};

}  // namespace tutti::planner
