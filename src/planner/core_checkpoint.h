// CoreCheckpoint: everything that a core's next decision hangs on, as plain data.
//
// What follows from it (the columns of the node table, the devices of bound pods, the counters of
// gangs, caches) is not kept: restoring computes it anew. The order of every list is fixed, so
// equal states give equal checkpoints.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "framework/state_points.h"
#include "model/cluster_event.h"
#include "model/cluster_snapshot.h"
#include "model/node_table.h"
#include "planner/core_state.h"
#include "planner/gang.h"
#include "planner/holder_survey.h"
#include "planner/member_class.h"
#include "planner/reservation_ledger.h"
#include "planner/start_plan.h"

namespace tutti::planner {

struct CoreCheckpoint {
  struct Pod {
    model::PodInfo info;
    uint64_t gang = 0;  // Gang::arrival; 0: of none
    bool charged = false;
    bool finished = false;
    ReservationId assumed;
    bool evicting = false;
    int evict_failures = 0;
    base::Timestamp evict_again_at;
  };
  struct Place {  // in the queue
    bool whole = true;
    int32_t priority = 0;
    uint64_t arrival = 0;
  };
  struct Resumption {  // where the last pass over the queue stopped
    Place place;
    base::Duration duration{0};
  };
  struct GangDates {
    uint64_t arrival = 0;
    base::Timestamp deadline = base::Timestamp::Infinite();
    base::Timestamp end = base::Timestamp::Infinite();
  };
  struct HeadRoom {
    std::vector<MemberClass> classes;
    bool chosen = false;
    bool nodes_are_as_then = false;  // no Node object has changed since it was planned
  };
  struct Round {  // over the queues of a plugin
    struct Line {
      uint32_t line = 0;
      bool over = false;
      std::optional<Place> last;  // that was tried
    };
    bool unfinished = false;
    bool in_turn = false;
    uint64_t next = 0;
    base::Timestamp again_at = base::Timestamp::Infinite();
    std::vector<uint32_t> waiting;  // numbers of queues, ascending
    std::vector<Line> lines;        // by number
  };
  struct Permit {  // a bind that a plugin makes wait
    base::Uid uid;
    uint64_t ticket = 0;
    base::Timestamp deadline = base::Timestamp::Infinite();
    std::vector<bool> permitted;  // by plugin
  };
  struct UnseenBind {
    model::BindRequested request;
    base::Timestamp deadline;
  };

  base::Timestamp now;
  bool synced = false;
  bool leading = false;
  bool planning_due = false;
  uint64_t generation = 0;
  uint64_t next_arrival = 1;
  uint64_t head = 0;
  uint64_t next_plan = 1;
  uint64_t next_write = 1;
  uint64_t next_reservation = 1;

  model::QueueGate queue_gate = model::QueueGate::kOpen;
  uint64_t drained_from = 0;
  std::vector<base::Timestamp> evict_retries;  // in order

  model::NodeTable::Layout nodes;
  std::vector<std::string> closed_nodes;  // by name
  std::vector<model::VolumeClaimInfo> claims;
  std::vector<model::VolumeInfo> volumes;
  std::vector<model::WatchedObjectUpserted> objects;  // by key
  std::vector<model::GangObjectUpserted> groups;      // by key
  std::vector<Pod> pods;                              // by uid
  std::vector<Gang> gangs;  // by arrival; Member::pod is null, the counters are void
  std::map<ReservationId, ReservationLedger::Reservation> reservations;
  std::vector<ReservationLedger::Reservation> given_back;  // plugins are still to be told
  std::map<uint64_t, PendingWrite> writes;
  std::vector<std::pair<base::Uid, model::PodVerdict>> verdicts;  // by uid

  std::vector<Place> queue;      // in order
  std::vector<GangDates> dates;  // by arrival
  std::vector<UnseenBind> unseen_binds;
  std::vector<model::BindRequested> held_binds;  // by uid
  std::vector<Permit> permits;                   // by uid
  std::optional<HolderSurvey::Survey> survey;
  std::vector<RunTimes::Submitter> submitters;  // as RunTimes::Save gives them
  std::optional<Resumption> resume;
  std::optional<HeadRoom> head_room;  // where a pass goes on
  std::vector<StartPlan::Entry> start_plan;
  base::Timestamp next_nomination;
  bool nominations_pending = false;
  std::optional<Round> round;
  std::vector<framework::PluginState> plugin_states;
};

void SaveState(const CoreState& state, CoreCheckpoint& checkpoint);
// InvalidArgument: it names something that is not in it, or twice. What passes can be restored.
absl::Status Validate(const CoreCheckpoint& checkpoint);
// Into a state without any event; takes what it can out of the checkpoint.
void RestoreState(CoreCheckpoint& checkpoint, CoreState& state);

}  // namespace tutti::planner
