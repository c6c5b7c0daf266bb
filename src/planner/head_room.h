// HeadRoom: what is kept for the head of the queue, and for whom it is open meanwhile.
//
// Where it is known how long the gangs that run will do so (RunTimes), the head's start can be
// foreseen, and with it what others may use until then without delaying it (EASY backfill): a gang
// that will have ended by then uses whatever is free, one that will not only what the head does not
// need even then. Assumption: more room never makes a gang unfit. Where the start cannot be
// foreseen, all that is kept stays closed.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "planner/core_state.h"
#include "planner/gang_book.h"
#include "planner/gang_card.h"
#include "planner/member_class.h"

namespace tutti::planner {

struct CoreCheckpoint;

class HeadRoom {
 public:
  HeadRoom(CoreState& state, GangBook& gangs) : s_(state), gangs_(gangs) {}

  // Makes `gang` the head, unless even a drained cluster has no room for it. `classes` are those of
  // its members that wait; `card` where there are plugins. `chosen`: where plugins will have it,
  // if it fits. `drained`: where it would go in a drained cluster, or will by the StartPlan, if
  // that is known already.
  void Keep(Gang& gang, std::vector<MemberClass> classes, std::shared_ptr<const GangCard> card,
            const Placement& chosen, const Placement& drained);
  // A pass goes on after other events: looks at the head anew.
  void Resume();
  // Gives all of it back.
  void Drop();
  Gang* head() const;  // null: none
  // When the head starts later than was thought, unless somebody has ended by then.
  base::Timestamp NextLook() const;
  // Plugins say where the head goes: when others have ended is not all that it hangs on.
  bool chosen() const { return chosen_; }

  enum class For {
    kOthers,  // nothing of it: how it stands between passes
    kLonger,  // what will be free again by the head's start
    kInTime,  // all of it
  };
  // What the node table shows as free from now on. Close: kOthers, at the end of a pass.
  void Open(For whom);
  For open_for() const { return open_for_; }
  void Close() { Open(For::kOthers); }
  // Who may use it without delaying the head.
  For Whom(const Gang& gang) const;
  // These were placed in what is open now: what is in time is free again by the start.
  void Backfilled(std::span<const MemberClass> classes, const Placement& placement);

  // Between two passes of which the second goes on where the first stopped; otherwise nothing is
  // needed of it: a pass from the beginning gives all of it back. Nothing of the plan itself is
  // saved: Resume makes it anew, and what plugins have chosen has no start that could be foreseen.
  void Save(CoreCheckpoint& checkpoint) const;
  void Restore(const CoreCheckpoint& checkpoint);

 private:
  struct OnNode {
    model::NodeIndex node;
    model::ResourceList kept;
    model::ResourceList returning;  // of that, what others will have given back by the start
    std::vector<model::HostPort> ports;
  };

  // StartPlan knows when and where the head will start, and what others may use until then.
  bool planned_elsewhere() const { return s_.options.backfill == Backfill::kConservative; }
  void Plan(const Placement& drained = {});
  // Room of virtual nodes cannot be kept.
  bool CanBeKept(const Placement& placement) const;
  Placement Foresee();
  void Reserve(const Placement& placement);
  void Lift(For whom, bool up);
  const GangView* view() const { return card_ == nullptr ? nullptr : &card_->view(); }

  CoreState& s_;
  GangBook& gangs_;
  std::vector<MemberClass> classes_;  // of the head
  std::shared_ptr<const GangCard> card_;
  bool chosen_ = false;  // by plugins: not planned anew
  std::optional<base::Timestamp> start_;
  GangPlacer::Released released_;  // by the start
  std::vector<OnNode> nodes_;
  uint64_t nodes_generation_ = 0;  // of the Node objects that all this is about
  For open_for_ = For::kOthers;
};

}  // namespace tutti::planner
