// FlavorQuota: which flavors of nodes a gang may go to, and which is next.
//
// A gang goes as a whole to one flavor: to the first of those its queue lists that has quota left
// in the queue and in those above it. A queue that lists none has the list of the one above it, and
// what that says of borrowing and taking back.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "flavor_trees.h"
#include "queue_tree.h"

namespace tutti::plugins {

// Those that the queue lists, or has from the one above it, in their order; good until the tree
// changes. None: any node will do.
std::vector<std::string_view> FlavorsFor(const QueueTree& tree, QueueId queue);

struct FlavorChoice {
  bool any_node = false;               // no flavors are listed
  std::vector<std::string_view> open;  // names, the first choice first; good until the tree changes
  // Where none is open: why, and of which one. Of several, one that will do when others lend more;
  // else when less is held.
  std::optional<QueueTree::Refusal> refusal;
  std::string_view refused;
  QueueId full;  // the highest queue in which less must be held
};

// For so much more in the queue. `own`: the flavor that the gang is on already, which is the only
// one for it; else empty.
FlavorChoice ChooseFlavors(const QueueTree& tree, const FlavorTrees& flavors, QueueId queue,
                           std::string_view own, const Amounts& more);

}  // namespace tutti::plugins
