// Reclaim: which gangs must go so that a queue gets what it is guaranteed.
#pragma once

#include <chrono>
#include <map>
#include <vector>

#include "queue_accounts.h"
#include "queue_tree.h"
#include "tutti/placed_pod_view.h"
#include "tutti/views.h"

namespace tutti::plugins {

// The gangs that hold what `entitled` is guaranteed, whole, the cheapest first: of the queue that
// holds most above its guarantee, of low priority, the youngest. None of a queue that holds no more
// than it is guaranteed when its turn comes; none that is protected by min_runtime or reclaimable.
class Reclaim {
 public:
  Reclaim(const QueueTree& tree, const QueueAccounts& accounts, QueueId entitled,
          const Amounts& wanted, std::chrono::nanoseconds now);

  // Every pod of every node.
  void Look(const PlacedPodView& pod);
  std::vector<PodUid> Victims(size_t most);

 private:
  struct Unit {  // a gang
    QueueId queue;
    int32_t priority = 0;
    std::chrono::seconds since{0};  // its last pod is bound
    bool evictable = true;
    uint64_t arrival = 0;
    Amounts held;
    std::vector<PodUid> pods;
  };

  bool Protected(const Unit& unit) const;

  QueueTree tree_;  // without what has been taken already
  const QueueAccounts& accounts_;
  const QueueId entitled_;
  const Amounts wanted_;
  const std::chrono::nanoseconds now_;
  std::map<uint64_t, Unit> units_;  // by arrival
};

}  // namespace tutti::plugins
