// EventDesk: turns what happens to nodes, pods and gangs into cluster events of the SDK.
#pragma once

#include "framework/cluster_views.h"
#include "framework/event_points.h"
#include "planner/core_state.h"

namespace tutti::planner {

// Views are made only of what somebody has subscribed to. What a plugin holds may go where it says
// so: the next pass is due.
class EventDesk {
 public:
  explicit EventDesk(CoreState& state) : s_(state) {}

  void Tell(ClusterEventKind kind, model::NodeIndex node);  // the node is there
  void Tell(ClusterEventKind kind, const PodRecord& record, bool was_reserved = false);
  void Tell(ClusterEventKind kind, const Gang& gang);

 private:
  void Tell(const ClusterEventView& event) {
    if (points_.Tell(event)) s_.planning_due = true;
  }

  CoreState& s_;
  framework::EventPoints points_{s_.plugins};
  framework::ClusterViews views_{s_.labels};
};

}  // namespace tutti::planner
