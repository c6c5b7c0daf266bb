// FlavorQuota: how much a queue may hold of each flavor of nodes, and which flavor is next.
//
// A gang goes as a whole to one flavor: to the first of those its queue lists that has quota left
// in the queue and in those above it. A queue that lists none has the list of the one above it.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "part_accounts.h"
#include "queue_tree.h"

namespace tutti::plugins {

bool ListsFlavors(const QueueSpec& spec);

struct FlavorChoice {
  bool any_node = false;               // no flavors are listed
  std::vector<std::string_view> open;  // names, the first choice first; good until the tree changes
  // Where none is open: why, and of which one. Of several, one that will do when less is held.
  std::optional<QueueTree::Refusal> refusal;
  std::string_view refused;
  QueueId full;  // the highest queue in which less must be held
};

// For so much more in the queue. `own`: the flavor that the gang is on already, which is the only
// one for it; else empty.
FlavorChoice ChooseFlavors(const QueueTree& tree, const PartAccounts& flavors, QueueId queue,
                           std::string_view own, const Amounts& more);

}  // namespace tutti::plugins
