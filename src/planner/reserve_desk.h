// ReserveDesk: tells the Reserve plugins what enters the ledger for a gang and what leaves it.
#pragma once

#include <vector>

#include "framework/cluster_views.h"
#include "framework/gang_points.h"
#include "planner/core_state.h"
#include "planner/gang_card.h"

namespace tutti::planner {

class ReserveDesk {
 public:
  explicit ReserveDesk(CoreState& state) : s_(state) {}

  bool active() const { return points_.reserves(); }
  // Asks the plugins about a plan that is about to be entered. Success: it may be, as announced.
  // `card`: of the classes that are placed, on `nodes` by class.
  Status Reserve(const GangCard& card, const std::vector<std::vector<model::NodeIndex>>& nodes);
  // Tells the plugins of what was given back: before they are asked anything else, and before the
  // gang ends.
  void TellGivenBack();

 private:
  void TellGivenBack(const Gang& gang,
                     const std::vector<const ReservationLedger::Reservation*>& given_back);

  CoreState& s_;
  framework::GangPoints points_{s_.plugins};
  framework::ClusterViews views_{s_.labels};
};

}  // namespace tutti::planner
