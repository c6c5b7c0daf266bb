// PreEnqueue: whether the plugins let a gang be planned at all.
#pragma once

#include <optional>
#include <string>

#include "framework/cluster_views.h"
#include "planner/core_state.h"
#include "planner/gang_book.h"
#include "planner/gang_card.h"

namespace tutti::planner {

class PreEnqueue {
 public:
  PreEnqueue(CoreState& state, GangBook& gangs) : s_(state), gangs_(gangs) {}

  struct Refusal {
    model::Reason reason;
    std::string detail;
    bool for_ever = false;  // UnschedulableAndUnresolvable: waiting does not help
  };
  // Changes nothing.
  std::optional<Refusal> Ask(const Gang& gang, const GangCard* card);
  // Nullopt: it may be planned. Otherwise its reason is set. `card`: null where there are no
  // plugins. A gang that holds room already is past this.
  std::optional<Refusal> Hold(Gang& gang, const GangCard* card);

 private:
  CoreState& s_;
  GangBook& gangs_;
  framework::ClusterViews views_{s_.labels};
};

}  // namespace tutti::planner
