// GangBook: the gangs, their members and slots, and every change of a member's state.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "planner/core_state.h"
#include "planner/event_desk.h"
#include "planner/gang_dates.h"
#include "planner/holder_survey.h"
#include "planner/reserve_desk.h"

namespace tutti::planner {

struct CoreCheckpoint;

class GangBook {
 public:
  GangBook(CoreState& state, ReserveDesk& reserves, EventDesk& events)
      : s_(state), reserves_(reserves), events_(events) {}

  Gang& GetOrAdd(const model::GangKey& key, const std::string& display_name);
  Gang* Find(const model::GangKey& key);

  // A pod enters or leaves its gang. Leave gives back what was reserved and answers a parked bind.
  Member& Join(Gang& gang, const model::PodInfo& pod);
  void Leave(Gang& gang, base::Uid uid);

  // Asks the Reserve plugins about a plan for these classes. False: they refuse it, and the gang's
  // reason says why. `card`: null where there are no plugins.
  bool MayReserve(Gang& gang, const GangCard* card,
                  const std::vector<std::vector<model::NodeIndex>>& nodes);
  // Enters a place that MayReserve has let pass. `pod` invalid: of a slot.
  ReservationId Reserve(const Gang& gang, std::shared_ptr<const model::PodShape> shape,
                        model::NodeIndex node, base::Uid pod, const model::DeviceSet& devices);
  // The member has this node; `reservation` is already in the ledger.
  void Place(Gang& gang, Member& member, model::NodeIndex node, ReservationId reservation);
  // Back to waiting; what was reserved is given back.
  void Unplace(Gang& gang, Member& member);
  // Of a member that is bound now: whether the Reserve plugins had entered that.
  bool SetState(Gang& gang, Member& member, Member::State state);

  // Takes an open slot for a pod of this shape (the one issued to the same pod name before, if
  // any). Null: none.
  Slot* IssueSlot(Gang& gang, const model::PodInfo& pod);
  // The member was created with a token of ours: it takes over the slot's place. False: there is no
  // such slot.
  bool ClaimSlot(Gang& gang, Member& member);
  // A member that waits, created before the plan, gets a place that nobody was given yet. False:
  // none would do.
  bool TakeOpenSlot(Gang& gang, Member& member);
  void AddSlot(Gang& gang, std::shared_ptr<const model::PodShape> shape, model::NodeIndex node,
               const model::DeviceSet& devices);
  void DropSlots(Gang& gang);
  // Gives up one slot that is not issued. False: all are.
  bool DropOpenSlot(Gang& gang);
  // Open slots are for members that minMember still lacks; later ones are planned one by one.
  void DropUselessSlots(Gang& gang);

  // Gives back what is reserved for it as the head of the queue.
  void DropHeadReservations(Gang& gang);

  // Gives back everything that is not being bound, for this reason, and waits before the next try.
  void GiveUp(Gang& gang, model::Reason reason, std::string detail = {});

  // Tells kube-scheduler of the member's node by the cheapest means that will reach it.
  void Tell(Member& member);

  // Writes the node into the pod's status; empty: takes it out.
  void Nominate(Member& member, const std::string& node, WriteKind kind);

  // kube-scheduler refused this node for the member: it is left out for a while, and the member
  // waits again.
  void Refuse(Gang& gang, Member& member);
  std::vector<model::NodeIndex> RefusedNodes(const Gang& gang, const model::PodShape* shape) const;

  // Why the members that wait do so.
  void SetReason(Gang& gang, model::Reason reason, std::string detail = {});

  // Tells the world of the gang's reason.
  void Report(Gang& gang);
  // Likewise of markers that contradict each other, of gangs in which there are new ones. Once for
  // a batch: members come one by one.
  void ReportMarkers();

  void AnswerBind(Gang& gang, Member& member, std::string_view error);
  // One that is being evicted already, or could not be a moment ago, is left alone.
  void Evict(PodRecord& record, const std::string& message, bool only_unbound = false);
  void Evict(const Member& member, const std::string& message) {
    Evict(*s_.FindPod(member.pod->uid), message);
  }
  // The nodes of members of this shape that have one. Null: of all, and those planned for members
  // that do not exist yet.
  std::vector<model::NodeIndex> NodesOf(const Gang& gang,
                                        const model::PodShape* shape = nullptr) const;

  // After any change to the gang: deadlines, its place in the queue, or its end. The gang may be
  // gone afterwards.
  void Settle(Gang& gang);

  const GangDates& dates() const { return dates_; }
  GangDates& dates() { return dates_; }
  // Gangs whose deadline has come; each is reported once per Settle.
  std::vector<Gang*> Due() { return dates_.Due(); }

  void Save(CoreCheckpoint& checkpoint) const;
  // The state holds the gangs already.
  void Restore(const CoreCheckpoint& checkpoint);

  void ScheduleMember(Gang& gang, base::Timestamp deadline) {
    gang.member_deadline = std::min(gang.member_deadline, deadline);
  }

 private:
  std::unique_ptr<Gang> Make(const model::GangKey& key);
  void MoveIn(Gang& gang, Member& member, std::vector<Slot>::iterator slot);
  // One more of its members was placed or bound then.
  void Started(Gang& gang, base::Timestamp at) const;
  void UpdateVerdict(const Gang& gang, const Member& member);
  // Tells those that are held back of their nodes, once the roles that they start after are ready.
  // False: nothing has changed.
  bool FollowOrder(Gang& gang);
  void SetDeadlines(Gang& gang);
  void TellPlugins(Gang& gang);

  CoreState& s_;
  ReserveDesk& reserves_;
  EventDesk& events_;
  HolderSurvey survey_{s_};
  GangDates dates_{s_};
  Gang* last_joined_ = nullptr;     // members come one after the other
  std::set<uint64_t> new_markers_;  // gangs whose markers have changed, by arrival
};

}  // namespace tutti::planner
