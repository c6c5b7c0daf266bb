// CoreCheckpoint: everything that a core's next decision hangs on, as plain data.
//
// What follows from it (the columns of the node table, the counters of gangs, caches) is not kept:
// restoring computes it anew. The order of every list is fixed, so equal states give equal
// checkpoints.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "model/cluster_event.h"
#include "model/cluster_snapshot.h"
#include "model/node_table.h"
#include "planner/core_state.h"
#include "planner/gang.h"
#include "planner/holder_survey.h"
#include "planner/reservation_ledger.h"

namespace tutti::planner {

struct CoreCheckpoint {
  struct Pod {
    model::PodInfo info;
    uint64_t gang = 0;  // Gang::arrival; 0: of none
    bool charged = false;
    bool finished = false;
    ReservationId assumed;
  };
  struct Place {  // in the queue
    bool whole = true;
    int32_t priority = 0;
    uint64_t arrival = 0;
  };
  struct Deadline {
    uint64_t arrival = 0;
    base::Timestamp at;
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

  model::NodeTable::Layout nodes;
  std::vector<model::VolumeClaimInfo> claims;
  std::vector<model::VolumeInfo> volumes;
  std::vector<Pod> pods;    // by uid
  std::vector<Gang> gangs;  // by arrival; Member::pod is null, the counters are void
  std::map<ReservationId, ReservationLedger::Reservation> reservations;
  std::map<uint64_t, PendingWrite> writes;
  std::vector<std::pair<base::Uid, model::PodVerdict>> verdicts;  // by uid

  std::vector<Place> queue;  // in order
  std::vector<Deadline> deadlines;
  std::vector<UnseenBind> unseen_binds;
  std::optional<HolderSurvey::Survey> survey;
  std::optional<Place> resume;  // where the last pass over the queue stopped
  base::Timestamp next_nomination;
  bool nominations_pending = false;
};

void SaveState(const CoreState& state, CoreCheckpoint& checkpoint);
// InvalidArgument: it names something that is not in it, or twice. What passes can be restored.
absl::Status Validate(const CoreCheckpoint& checkpoint);
// Into a state without any event; takes what it can out of the checkpoint.
void RestoreState(CoreCheckpoint& checkpoint, CoreState& state);

}  // namespace tutti::planner
