// Gang: the pods that are placed together, and how far each of them has come.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "base/clock.h"
#include "model/effect.h"
#include "model/gang_key.h"
#include "model/pod_info.h"
#include "planner/reservation_ledger.h"
#include "planner/role_quota.h"
#include "planner/tally.h"

namespace tutti::planner {

// A pod of a gang. Terminal pods are counted (`finished`), not kept as members.
struct Member {
  enum class State : uint8_t {
    kWaiting,  // has no node
    kPlaced,   // a node is reserved for it
    kBinding,  // its Binding is being written
    kBound,    // runs there
    kLeaving,  // runs there, and is being deleted: counts for nothing any more
  };

  const model::PodInfo* pod =
      nullptr;  // owned by the core's pod table; lives as long as the member
  State state = State::kWaiting;
  ReservationId reservation;  // while placed or binding
  model::NodeIndex node;      // while placed or binding
  base::Timestamp placed_at;
  uint64_t verdict_seen =
      0;  // kube-scheduler's last verdict when it was placed: only a newer one refuses the node
  bool echoed = false;      // our watch has shown the write that told kube-scheduler of the node
  uint64_t write = 0;       // the write under way for it, 0: none
  bool tell_again = false;  // it was placed anew while that was under way
  int write_failures = 0;   // in a row
  base::Timestamp retry_write_at = base::Timestamp::Infinite();
  uint64_t bind_ticket = 0;       // a parked bind, 0: none
  base::Timestamp bind_deadline;  // when the parked bind is answered in any case
  // While placed: nobody is told of its node before the roles that it starts after are ready.
  bool held_back = false;

  bool runs() const { return state == State::kBound || state == State::kLeaving; }
};

// A place planned at admission for a member that does not exist yet.
struct Slot {
  std::shared_ptr<const model::PodShape> shape;
  ReservationId reservation;
  model::NodeIndex node;
  uint32_t number = 0;   // within the plan: the token is "PLAN/NUMBER"
  bool issued = false;   // written into a CREATE; open again if the pod does not show up in time
  std::string pod_name;  // of that CREATE, where it had one: a retry gets the same slot
  base::Timestamp issue_deadline = base::Timestamp::Infinite();
};

// A node that kube-scheduler refused for a shape; tried again after `until`.
struct Refusal {
  std::shared_ptr<const model::PodShape> shape;
  std::string node_name;
  int strikes = 0;
  base::Timestamp until;
};

enum class GangPhase : uint8_t {
  kWaiting,    // members, their spec or room are missing
  kPlaced,     // some have a node or a place planned for them
  kBinding,    // some are bound, or being bound
  kScheduled,  // minMember were bound
};
std::string_view PhaseName(GangPhase phase);  // "Waiting"

// A gang's members that wait, in the order in which they get nodes. Of a copy or what was moved it
// is not known: it points to members of the original.
class WaitingOrder {
 public:
  WaitingOrder() = default;
  WaitingOrder(const WaitingOrder&) noexcept {}
  WaitingOrder& operator=(const WaitingOrder&) noexcept {
    Reset();
    return *this;
  }

  void Reset() { known_ = false; }
  const std::vector<Member*>& Of(std::map<base::Uid, Member>& members);

 private:
  std::vector<Member*> order_;
  bool known_ = false;
};

// What a pod carries, told apart by its content.
struct CarriedMarkers {
  model::SharedGangMarkers list;  // never null

  bool operator<(const CarriedMarkers& other) const {
    return list != other.list && *list < *other.list;
  }
  bool operator==(const CarriedMarkers& other) const { return Same(list, other.list); }
};

class Gang {
 public:
  model::GangKey key;
  std::string display_name;
  uint64_t arrival =
      0;  // order of first sight: the queue's tie-break after priority, and the gang's number
  std::optional<GangSpec> object_spec;
  std::string object_problem;
  std::string object_queue;
  model::SharedGangMarkers object_markers;
  std::optional<GangSpec> admitted_spec;  // of a pod seen at admission, until members exist
  std::string admitted_queue;             // likewise
  std::string admitted_submitter;         // likewise

  std::map<base::Uid, Member> members;  // not terminal
  int waiting = 0;                      // members by state
  int placed = 0;
  int binding = 0;
  int bound = 0;
  int leaving = 0;
  int finished = 0;   // pods that succeeded and still exist
  int parked = 0;     // members whose bind is parked
  int held_back = 0;  // members that are

  std::string plan_id;  // while slots exist
  uint32_t next_slot = 0;
  std::vector<Slot> slots;  // open or issued

  std::vector<ReservationId> head_reservations;  // room for it as the head of the queue

  bool barrier_open = false;  // binds go through
  bool satisfied = false;  // minMember were bound at some time: members added later come one by one
  base::Timestamp hold_deadline =
      base::Timestamp::Infinite();  // holds room, members missing: gives up
  base::Timestamp backoff_until;    // not planned before
  int backoffs = 0;                 // in a row
  base::Timestamp repair_deadline =
      base::Timestamp::Infinite();  // bound in part: the next member must be bound by then
  base::Timestamp member_deadline =
      base::Timestamp::Infinite();          // no member or slot needs attention before
  std::optional<base::Duration> run_limit;  // that its queue sets, once it runs; 0: none
  base::Timestamp run_deadline = base::Timestamp::Infinite();  // its time is over then
  bool over = false;  // it is: what is still bound is being evicted
  std::vector<Refusal> refusals;

  base::Timestamp first_seen;
  // When the last of its members was placed or bound; before this process: below zero.
  base::Timestamp started{INT64_MIN};
  // How long it would run from then on, by what was known of its submitter; 0: nothing was.
  base::Duration learned{0};
  base::Timestamp report_deadline =
      base::Timestamp::Infinite();          // when missing members are worth a report
  bool told_to_wait = false;                // a report said so
  bool told_of_arrival = false;             // to plugins
  bool told_of_place = false;               // likewise, as it stands
  bool placed_by_us = false;                // since this process started
  bool held = false;                        // by an operator
  bool markers_changed = false;             // since its conflicts were told
  std::vector<std::string> told_conflicts;  // among its markers
  model::Reason reason;
  std::string reason_detail;

  // What the members say of themselves is counted here, so that asking costs nothing.
  // Whoever changes a member's state says so.
  void StateChanged() {
    roles_met_.reset();
    roles_sum_.reset();
    waiting_order_.Reset();
  }
  void CountIn(const model::PodInfo& pod) { Count(pod, +1); }
  // Of a member whose markers alone are others now.
  void CountMarkers(const model::SharedGangMarkers& markers, int sign);
  void CountOut(const model::PodInfo& pod) { Count(pod, -1); }
  // A pod of it has succeeded; it is gone since; of all of them nothing is known any more.
  void AddFinished(const model::PodInfo& pod);
  void RemoveFinished(const model::PodInfo& pod);
  void ClearFinished();
  void CountRolesOfFinished(RoleQuota& quota) const;
  void VisitFinished(absl::FunctionRef<void(const model::PodInfo&)> visit) const;
  // Its members, and its pods that have succeeded.
  void VisitPods(absl::FunctionRef<void(base::Uid)> visit) const;
  // All of it anew, and the members by state: of a gang whose members were put in from outside.
  void Recount();

  // By priority, age, and name. Good until a member's state changes.
  const std::vector<Member*>& waiting_by_rank() { return waiting_order_.Of(members); }
  // Those that are bound, or being bound; in the same order.
  std::vector<Member*> RunningByRank();
  int min_member() const;  // 0: not known yet. Where members differ, the largest.
  int max_member() const;  // 0: any number. Where members differ, the largest.
  bool has_roles() const;
  // By role, each once; where members differ, the largest.
  std::vector<RoleMinimum> roles() const;
  // What the pod is in the gang, as roles() counts it.
  std::string RoleOf(const model::PodInfo& pod) const;
  // How many of which role have a node, or had one.
  RoleQuota RolesSecured() const;
  // Those that count, with pods that have succeeded, are minMember and of each role as many as it
  // needs. Looks at every member.
  bool WholeAmong(absl::FunctionRef<bool(const Member&)> counts) const;
  // By its own account; empty: it says none. Where members differ, the first by name.
  std::string_view queue() const;
  base::Duration wait_timeout(base::Duration fallback) const;
  std::string problem() const;  // empty: well configured
  int32_t priority() const;     // of the most important member
  // Of its first member, since 1970; 0: it has none.
  int64_t first_created_seconds() const { return created_.empty() ? 0 : created_.least(); }
  // How long its members will run, by their own account: the longest; 0: one of them does not say.
  base::Duration expected_duration() const;
  // When it will give its room back by that account; Infinite: it has none, or does not say.
  base::Timestamp expected_end() const;
  bool holds_room() const { return placed + binding + bound + leaving > 0; }
  // Whose work it is; empty: not known. Where members differ, the first by name.
  std::string_view submitter() const;
  // The user among the submitters, by its own account; empty: it says none.
  std::string_view user() const;
  model::MemberLost on_member_lost() const;  // kRelease: a member says so
  // What its members carry, each content once, in the order of contents; at most so many.
  std::vector<model::SharedGangMarkers> markers(size_t most) const;
  // Why a member has no node; of one that has just lost it, before the next pass has found out
  // more: WaitingForCapacity.
  model::Reason waiting_reason() const;
  bool needs_referee() const { return referees_ > 0; }
  bool has_order() const { return ordered_ > 0; }  // some start after others
  // Members that exist and have a node, or had one.
  int secured() const { return placed + binding + bound + finished; }
  bool complete() const {
    return min_member() > 0 && secured() >= min_member() &&
           (satisfied || !has_roles() || RolesMet());
  }
  // Some are bound, but fewer than minMember ever were.
  bool partial() const { return bound + binding > 0 && !satisfied; }
  bool empty() const { return members.empty() && slots.empty() && finished == 0; }
  GangPhase phase() const;

 private:
  void Count(const model::PodInfo& pod, int sign);
  bool RolesMet() const;  // looks at every member, once after each change

  Tally<int> min_members_;
  Tally<int> max_members_;
  Tally<base::Duration> wait_timeouts_;
  Tally<int32_t> priorities_;
  Tally<int64_t> created_;
  Tally<base::Duration> durations_;
  Tally<std::string> problems_;
  Tally<std::string> queues_;
  Tally<std::string> submitters_;
  Tally<std::tuple<std::string, int, int, int>> roles_;  // as RoleMinimum
  Tally<CarriedMarkers> markers_;
  std::map<base::Uid, const model::PodInfo*> finished_pods_;  // owned as those of members
  int referees_ = 0;
  int ordered_ = 0;
  int released_together_ = 0;  // members that say MemberLost::kRelease
  mutable std::optional<bool> roles_met_;
  mutable std::optional<int64_t> roles_sum_;
  WaitingOrder waiting_order_;
};

}  // namespace tutti::planner
