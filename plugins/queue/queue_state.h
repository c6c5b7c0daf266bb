// QueueState: what HierarchicalQueues knows that cannot be learned from nodes, pods, gangs and
// objects: numbers of queues, what they held before, who was refused, the round under way.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tutti/plugin/queue_select.h"

namespace tutti::plugins {

struct QueueState {
  struct Node {  // of the tree, by number
    bool there = false;
    std::optional<QueueId> parent;
    std::chrono::nanoseconds past_at{0};
    std::vector<double> past;  // by resource
  };
  struct Nap {
    std::optional<QueueId> top;
    uint64_t freed = 0;
    std::chrono::nanoseconds since{0};
    bool all_refused = true;
    bool asleep = false;
    uint64_t times_freed = 0;       // of the queue and all below it
    std::vector<uint64_t> refused;  // gangs, ascending
  };
  struct Account {  // of a gang
    uint64_t gang = 0;
    std::optional<QueueId> queue;
    std::string user;
    std::string group;
    std::string flavor;
  };

  struct Homeless {  // a gang that came before its queue
    uint64_t gang = 0;
    std::string namespace_name;
    std::string queue;
    std::string user;
  };

  std::vector<std::string> names;  // of queues that are or were, by number less one
  bool stale = false;              // objects have changed since the tree was made
  std::vector<Node> nodes;
  std::vector<Nap> naps;  // as many
  std::vector<Account> accounts;
  std::vector<Homeless> homeless;
  std::vector<QueueId> in_round;
  bool nowhere_waits = false;
  uint64_t refused = 0;
  QueueId full;
  bool for_part = false;

  // Equal states give equal bytes.
  std::string ToBytes() const;
  // Nullopt: it was never written so, or it contradicts itself.
  static std::optional<QueueState> FromBytes(std::string_view bytes);
};

}  // namespace tutti::plugins
