// FlavorTrees: what queues may hold, and hold, of each flavor of nodes.
//
// To each flavor there is a QueueTree of its own, of the same queues under the same numbers: what
// they are guaranteed, lend and hold there is summed up as it is for all nodes.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "queue_tree.h"

namespace tutti::plugins {

class FlavorTrees {
 public:
  explicit FlavorTrees(std::span<const std::string> flavors);

  // The tree is another one. What each queue holds it goes on holding.
  void Rebuild(const QueueTree& tree, std::chrono::nanoseconds now);
  // Nobody holds anything, and there are no queues.
  void Clear();
  // Some queue lists flavors. Where none does, nothing need be asked.
  bool active() const { return active_; }

  // Null: there is no such flavor.
  const QueueTree* Of(std::string_view flavor) const;
  // The queue, and with it those above it, holds more (sign 1) or less (-1); no flavor: nothing.
  void Charge(QueueId queue, std::string_view flavor,
              std::span<const PodClassView::Request> amounts, int64_t sign);
  // Its nodes have so much more of it, or less.
  void AddCapacity(std::string_view flavor, ResourceId resource, int64_t amount);

 private:
  struct Flavor {
    std::string name;
    QueueTree tree{{}};
  };

  QueueTree* Find(std::string_view flavor);

  std::vector<Flavor> flavors_;
  bool active_ = false;
};

}  // namespace tutti::plugins
