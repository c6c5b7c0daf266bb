// What plugins see of a gang. Lifetime and units as in views.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/ids.h"
#include "tutti/node_mask.h"
#include "tutti/views.h"

namespace tutti {

struct GangView {
  std::string_view namespace_name;
  std::string_view name;                // display name
  std::string_view dialect;             // GangGrouping::name() of whoever found it
  std::string_view queue;               // that it is in by its own account; empty: it says none
  int32_t priority = 0;                 // the highest of its members
  uint64_t arrival = 0;                 // unique; a later gang has a higher one
  std::chrono::nanoseconds created{0};  // of its first member, since 1970; whole seconds
  int64_t min_member = 0;
  int64_t members = 0;  // that exist now
  int64_t bound = 0;    // of these, on nodes already
  // How long it will run at most, by its own account; zero: it says nothing.
  std::chrono::nanoseconds duration{0};
  // Whose it is by its own account (label tutti.dev/user); empty: it says nothing.
  std::string_view user = {};
  // The members that want a place, by class. Empty in QueueSort.
  std::span<const PodClassView> classes;
  // The nodes of its members that have one, each once, ascending. Empty in QueueSort and events.
  std::span<const NodeIndex> placed_on;
};

// A set of nodes that a gang may be placed in as a whole: a rack, a zone, an NVLink island.
struct Domain {
  std::string name;             // for people: "rack-7"
  std::vector<NodeMask> nodes;  // by block; missing blocks: none of their nodes
};

// Where a gang would go: nodes[c] holds one node for each member of class c.
struct PlacementView {
  const Domain* domain = nullptr;  // null: the whole cluster
  std::span<const std::span<const NodeIndex>> nodes;
};

}  // namespace tutti
