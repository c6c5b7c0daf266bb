// QueuePlanner: one pass over the waiting gangs, in queue order.
//
// The first gang that does not fit becomes the head: the room it will get is reserved for it (where
// least must drain), and gangs after it are placed only in what is left, so that they cannot delay
// it. Gangs that could not fit even into an empty cluster reserve nothing and hold nobody up.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "planner/bind_desk.h"
#include "planner/core_state.h"
#include "planner/gang_book.h"
#include "planner/head_nominator.h"
#include "planner/pre_enqueue.h"

namespace tutti::planner {

struct CoreCheckpoint;

class QueuePlanner {
 public:
  QueuePlanner(CoreState& state, GangBook& gangs, BindDesk& binds, PreEnqueue& pre_enqueue)
      : s_(state), gangs_(gangs), binds_(binds), pre_enqueue_(pre_enqueue) {}

  // Bounded: what it does not come to is done by the next one.
  void Pass();
  bool unfinished() const { return resume_.has_value(); }
  // Gives back what is reserved for the head.
  void DropHead();
  // When a pass is due without any event.
  base::Timestamp NextDeadline() const { return nominator_.NextDeadline(); }

  void Save(CoreCheckpoint& checkpoint) const;
  void Restore(const CoreCheckpoint& checkpoint);

 private:
  struct Wanted {
    std::vector<MemberClass> classes;
    std::vector<std::vector<Member*>> members;  // per class, in rank order
    std::shared_ptr<const GangCard> card;       // where there are plugins

    const GangView* view() const { return card == nullptr ? nullptr : &card->view(); }
  };

  // Sets the gang's reason and answers false where it cannot be planned now, whatever the room.
  bool Plannable(Gang& gang);
  std::vector<Member*> WaitingMembers(Gang& gang) const;
  // Where members of this shape are, or are to go.
  std::vector<model::NodeIndex> NodesOfPeers(const Gang& gang, const model::PodShape& shape) const;
  Wanted Classes(const Gang& gang, const std::vector<Member*>& members) const;
  void Plan(Gang& gang);
  void FillOpenSlots(Gang& gang);
  bool TryPlace(Gang& gang, const Wanted& wanted, Placement& placement);
  void PlaceSurplus(Gang& gang, const std::vector<Member*>& surplus);
  void DidNotFit(Gang& gang, const Wanted& wanted, model::Reason reason);
  void ReserveForHead(Gang& gang, const Wanted& wanted);
  void RecreatePinned(const Wanted& wanted);
  bool General(const Wanted& wanted) const;
  bool FitsWithoutHead(const Wanted& wanted);
  void Remember(const Wanted& wanted, const model::Reason& reason);
  // Why it does not fit, where that follows from what the pass has already tried.
  std::optional<model::Reason> KnownNotToFit(const Wanted& wanted);
  // Why it would not fit into a drained cluster either; nullopt: it would.
  std::optional<model::Reason> Exceeds(const Wanted& wanted);
  Gang* Head() const;  // null: none
  static model::Reason ForCount(model::Reason reason, const MemberClass& wanted);

  CoreState& s_;
  GangBook& gangs_;
  BindDesk& binds_;
  PreEnqueue& pre_enqueue_;
  HeadNominator nominator_{s_, gangs_};
  std::optional<QueuePlace> resume_;  // where the last pass stopped
  // Of this pass, by shape: what is known without trying again.
  struct Known {
    int64_t too_many = 0;         // the smallest count that did not fit; no larger one does
    model::Reason reason;         // of that count
    int64_t fits_drained = 0;     // the largest count that would fit into a drained cluster
    int64_t exceeds = INT64_MAX;  // the smallest that would not
    model::Reason exceeds_reason;
  };
  absl::flat_hash_map<const model::PodShape*, Known> known_;
  int failures_ = 0;
};

}  // namespace tutti::planner
