// QueuePlanner: one pass over the waiting gangs, in queue order.
//
// The first gang that does not fit becomes the head: the room it will get is reserved for it (see
// HeadRoom), and gangs after it are placed only where they do not delay it, or not at all
// (CoreOptions::backfill); under kConservative more of them have a planned start (see StartPlan).
// Gangs that could not fit even into an empty cluster reserve nothing and
// hold nobody up.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "planner/bind_desk.h"
#include "planner/core_state.h"
#include "planner/fit_memo.h"
#include "planner/gang_book.h"
#include "planner/head_nominator.h"
#include "planner/head_room.h"
#include "planner/member_choice.h"
#include "planner/pre_enqueue.h"
#include "planner/queue_round.h"
#include "planner/start_plan.h"
#include "planner/victim_planner.h"

namespace tutti::planner {

struct CoreCheckpoint;

class QueuePlanner {
 public:
  QueuePlanner(CoreState& state, GangBook& gangs, BindDesk& binds, PreEnqueue& pre_enqueue,
               const BoundPodIndex& bound)
      : s_(state),
        gangs_(gangs),
        binds_(binds),
        pre_enqueue_(pre_enqueue),
        victims_(state, gangs, bound) {}

  // Bounded: what it does not come to is done by the next one.
  void Pass();
  bool unfinished() const { return resume_.has_value() || round_.unfinished(); }
  // Gives back what is reserved for the head.
  void DropHead();
  // When a pass is due without any event.
  base::Timestamp NextDeadline() const {
    return std::min({nominator_.NextDeadline(), room_.NextLook(), round_.again_at(),
                     plan_.NextStart()});
  }

  void Save(CoreCheckpoint& checkpoint) const;
  void Restore(const CoreCheckpoint& checkpoint);

  struct Wanted {
    std::vector<MemberClass> classes;
    std::vector<std::vector<Member*>> members;  // per class, in rank order
    std::shared_ptr<const GangCard> card;       // where there are plugins

    const GangView* view() const { return card == nullptr ? nullptr : &card->view(); }
  };

  // In rank order.
  std::vector<Member*> WaitingMembers(Gang& gang) const;
  static size_t MissingMembers(const Gang& gang);  // to minMember
  Wanted Classes(const Gang& gang, std::span<Member* const> members) const;
  Gang* Head() const { return room_.head(); }  // null: none
  // Its room becomes free when others end, not when plugins evict them.
  bool HeadAwaitsEnds() const { return Head() != nullptr && !room_.chosen(); }
  // The first StartPlan::kMost gangs that found no place for lack of room, as the last pass came to
  // them: by arrival.
  const std::vector<uint64_t>& line() const { return line_; }
  // Of a gang that nobody behind it may put off.
  const RoomProfile::Stay* PromisedStay(const Gang& gang) const {
    return plan_.StayOf(gang.arrival);
  }
  size_t promised() const { return plan_.size(); }
  // How many passes there have been.
  uint64_t passes() const { return passes_; }

  struct Judgement {
    model::Reason reason;
    bool fits_later = false;  // it is worth while to keep room for it
  };
  struct Outlook {
    Placement now;
    Judgement judgement;  // where that does not fit
  };
  // What Plan would find for them now, at their place in the queue; nothing is done about it. What
  // is kept for the head counts as closed, for how long ever they would run, unless starts are
  // promised (StartPlan). `gang`: theirs; null: pods of no gang.
  Outlook Look(const Wanted& wanted, bool before_head, const Gang* gang);

 private:
  struct Resumption {  // where the last pass stopped
    QueuePlace place;
    base::Duration duration;
  };

  void Begin();        // a pass from the beginning
  void ServeQueue();   // all gangs in one order
  void ServeQueues();  // as a QueueSelect plugin says
  // The gangs of this pass, in its order.
  std::vector<Gang*> Remaining();
  // Shortest first; those of which nobody knows how long they run last.
  void SortByDuration(std::vector<Gang*>::iterator begin, std::vector<Gang*>::iterator end) const;
  bool shortest_first() const { return s_.options.backfill == Backfill::kEasyShortestFirst; }
  // Sets the gang's reason and answers false where it cannot be planned now, whatever the room.
  bool Plannable(Gang& gang);
  QueueOutcome Plan(Gang& gang);
  QueueOutcome TakeTurn(Gang& gang);
  static QueueOutcome OutcomeOf(const model::Reason& reason);  // of a gang that found no place
  void FillOpenSlots(Gang& gang);
  bool FindPlace(const Wanted& wanted, Placement& placement);
  // False: a Reserve plugin refuses it, and the gang's reason says so.
  bool Enter(Gang& gang, const Wanted& wanted, const Placement& placement);
  // Of other groups than those of `wanted`, which did not fit: what is found takes its place.
  bool FindPlaceForOthers(const Gang& gang, MemberChoice& choice, Wanted& wanted,
                          Placement& placement);
  // More members than gangs need get what nobody who waits could use: when all those have been
  // tried, in the order of the queue, and of several queues in turn.
  void Grow();
  std::vector<Gang*> GrowingGangs() const;
  // False: somebody found no place, and the gang's reason says so.
  bool PlaceSurplus(Gang& gang, std::span<const MemberChoice::Unit> surplus);
  QueueOutcome DidNotFit(Gang& gang, const Wanted& wanted, model::Reason reason);
  void GiveBackPart(Gang& gang);
  framework::PostFilterVerdict PostFilter(const Wanted& wanted, const GangDiagnosis& diagnosis);
  void ReserveForHead(Gang& gang, const Wanted& wanted, const GangDiagnosis& diagnosis,
                      const framework::PostFilterVerdict& said, const Placement& drained);
  // Where plugins would have it go as the head; does not fit: they do not say.
  Placement PlaceForHead(const Gang& gang, const Wanted& wanted, const GangDiagnosis& diagnosis,
                         const framework::PostFilterVerdict& said);
  Placement PlaceWhereNominated(const Wanted& wanted, const Nomination& nomination);
  void RecreatePinned(const Wanted& wanted);
  // No place was found for it.
  QueueOutcome Wait(const Gang& gang, const model::Reason& reason);
  // What the pass has found out says all about a gang, too.
  bool Memoizes() const { return !plan_.active() || (plan_.full() && !plan_.promised()); }
  bool General(const Wanted& wanted) const;
  bool PluginsJudgePlaces() const;
  bool FitsWithoutHead(const Wanted& wanted);
  FitMemo::Kind KindOf(const model::PodShape* shape) const {
    return {shape, whom_, plan_.active() ? plan_.run() : base::Duration(0)};
  }
  FitMemo::Kind KindOf(const Wanted& wanted) const { return KindOf(wanted.classes[0].shape.get()); }
  // Why it does not fit, where that follows from what the pass has already tried.
  std::optional<model::Reason> KnownNotToFit(const Wanted& wanted);
  // Likewise, where that is what was said of the gang the last time: nobody need be asked again.
  std::optional<model::Reason> StillHopeless(const Gang& gang,
                                             std::span<Member* const> members) const;
  // Why it would not fit into a drained cluster either; nullopt: it would.
  // `drained`: where it would go, where that had to be found out.
  std::optional<model::Reason> Exceeds(const Wanted& wanted, Placement* drained);
  // Of what Place has found: why it really waits. `drained` as of Exceeds; may be null.
  Judgement Judge(const Wanted& wanted, model::Reason reason, bool behind_head, Placement* drained);

  CoreState& s_;
  GangBook& gangs_;
  BindDesk& binds_;
  PreEnqueue& pre_enqueue_;
  HeadNominator nominator_{s_, gangs_};
  VictimPlanner victims_;
  framework::GangPoints points_{s_.plugins};
  framework::ClusterViews views_{s_.labels};
  HeadRoom room_{s_, gangs_};
  HeadRoom::For whom_ = HeadRoom::For::kOthers;  // the gang being planned
  StartPlan plan_{s_, gangs_};
  std::vector<uint64_t> line_;
  uint64_t passes_ = 0;
  std::optional<Resumption> resume_;
  QueueRound round_{s_, gangs_.dates()};
  FitMemo memo_;  // of this pass
  int failures_ = 0;
};

}  // namespace tutti::planner
