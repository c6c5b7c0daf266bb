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
  };
  // Changes nothing.
  std::optional<Refusal> Ask(const Gang& gang, const GangCard* card);
  // False: it is held, and its reason is set. `card`: null where there are no plugins. A gang that
  // holds room already is past this.
  bool Admits(Gang& gang, const GangCard* card);

 private:
  CoreState& s_;
  GangBook& gangs_;
  framework::ClusterViews views_{s_.labels};
};

}  // namespace tutti::planner
