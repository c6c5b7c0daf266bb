// PluginRecall: plugins of a core that begins in the midst of things, from a checkpoint.
#pragma once

#include "framework/state_points.h"
#include "planner/core_state.h"
#include "planner/event_desk.h"
#include "planner/reserve_desk.h"

namespace tutti::planner {

struct CoreCheckpoint;

class PluginRecall {
 public:
  PluginRecall(CoreState& state, EventDesk& events, ReserveDesk& reserves)
      : s_(state), events_(events), reserves_(reserves) {}

  void Save(CoreCheckpoint& checkpoint) const;
  // Tells them everything that is there, as a process that starts would, then what was promised,
  // and then gives them back what they wanted kept. Once the state holds all of it, and before they
  // are asked anything.
  void Restore(const CoreCheckpoint& checkpoint);

 private:
  void TellEvents();

  CoreState& s_;
  EventDesk& events_;
  ReserveDesk& reserves_;
  framework::StatePoints states_{s_.plugins};
};

}  // namespace tutti::planner
