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
  // Tells plugins that were told nothing yet of all that was announced and has not ended for them.
  void TellAgain();

 private:
  using Announced = std::vector<const ReservationLedger::Reservation*>;  // of one gang
  // Calls `tell` with the gang's card and nodes.
  template <class Tell>
  void WithCard(const Gang& gang, const Announced& reservations, Tell&& tell) const;

  CoreState& s_;
  framework::GangPoints points_{s_.plugins};
  framework::ClusterViews views_{s_.labels};
};

}  // namespace tutti::planner
