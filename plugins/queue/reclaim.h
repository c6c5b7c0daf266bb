// Reclaim: which gangs must go so that a queue gets what it is guaranteed.
#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "flavor_trees.h"
#include "queue_accounts.h"
#include "queue_tree.h"
#include "tutti/placed_pod_view.h"
#include "tutti/views.h"

namespace tutti::plugins {

// Whole gangs that hold what a queue is guaranteed, the cheapest first: of the queue that holds
// most above its guarantee, of low priority, the youngest. None of a queue that holds no more than
// it is guaranteed when its turn comes, as a whole or of the gang's flavor; none that is protected
// by min_runtime or reclaimable.
class Reclaim {
 public:
  struct Claim {
    std::string_view flavor;  // of which it is guaranteed; empty: of all nodes
    QueueId entitled;
    Amounts wanted;                         // only what is guaranteed to it
    std::vector<std::string_view> on = {};  // from gangs on these alone; none: from any
  };

  Reclaim(const QueueTree& tree, const FlavorTrees& flavors, const QueueAccounts& accounts,
          std::chrono::nanoseconds now);

  // Every pod of every node.
  void Look(const PlacedPodView& pod);
  // For the first claim, then for the next one, beside what went for those before it.
  std::vector<PodUid> Victims(std::span<const Claim> claims, size_t most);

 private:
  struct Unit {  // a gang
    QueueId queue;
    std::string_view flavor;
    int32_t priority = 0;
    std::chrono::seconds since{0};  // its last pod is bound
    bool evictable = true;
    bool taken = false;
    uint64_t arrival = 0;
    Amounts held;
    std::vector<PodUid> pods;
  };

  bool Protected(const Unit& unit) const;
  // In the order in which they go.
  std::vector<Unit*> Candidates(const Claim& claim);
  bool HoldsSurplus(const Unit& unit, const Claim& claim) const;
  void Take(Unit& unit);

  // Both without what has been taken already.
  QueueTree tree_;
  FlavorTrees flavors_;
  const QueueAccounts& accounts_;
  const std::chrono::nanoseconds now_;
  std::map<uint64_t, Unit> units_;  // by arrival
};

}  // namespace tutti::plugins
