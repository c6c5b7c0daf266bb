// Core: Apply(now, Event) -> Effects. The single writer of everything Tutti knows and decides.
//
// Deterministic: no I/O, no clock, no threads, no randomness; the same events at the same times
// give the same effects in the same order. One thread calls it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/clock.h"
#include "base/interner.h"
#include "framework/plugins.h"
#include "model/cluster_event.h"
#include "model/cluster_snapshot.h"
#include "model/effect.h"
#include "planner/core_options.h"

namespace tutti::planner {

class CoreReader;
struct CoreCheckpoint;

class Core {
 public:
  Core(CoreOptions options, const base::Interner& labels, framework::Plugins plugins = {});
  ~Core();

  // A batch of events must end with TimePassed: timers fire and gangs are planned there.
  model::Effects Apply(base::Timestamp now, model::ClusterEvent event);
  // When TimePassed is due at the latest.
  base::Timestamp NextDeadline() const;
  // What readers shall see from now on; cheap, cost grows with what changed.
  std::shared_ptr<const model::ClusterSnapshot> Publish();

  struct Counts {
    size_t nodes = 0;
    size_t pods = 0;
    size_t pending_writes = 0;
    size_t parked_binds = 0;
    std::map<std::string, size_t> gangs_by_phase;  // Waiting, Placed, Binding, Scheduled
    // Members without a node: held by our gate, waiting out a back-off, placed and about to be
    // bound, or short of room.
    size_t gated = 0;
    size_t backing_off = 0;
    size_t active = 0;
    size_t unschedulable = 0;
    // By operators.
    size_t held_gangs = 0;
    size_t closed_nodes = 0;
    size_t planned_starts = 0;  // gangs that have been promised one
  };
  Counts Count() const;
  size_t reservations() const;  // cheap, unlike Count

  // For questions between two batches.
  CoreReader& reader();

  // Everything that the next decision hangs on. Plugins' own state is not in it.
  CoreCheckpoint Save() const;
  // Of a core that has seen no event: it decides from now on as the one that was saved would.
  // InvalidArgument names what contradicts itself; the core is then good for nothing.
  absl::Status Restore(CoreCheckpoint checkpoint);

  // Every broken invariant, one line each; empty in a healthy core. For tests, simulations and
  // self-checks.
  std::vector<std::string> CheckInvariants() const;
  // The state that must be the same after a rebuild from the API: nodes, charges, gangs and who is
  // bound. Sorted text.
  std::string DurableState() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tutti::planner
