// QueueTurns: which queue is served next within a round.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "queue_tree.h"

namespace tutti::plugins {

// From the roots down, the first child by QueueTree::GoesBefore among those that gangs wait in or
// below. It is asked anew for each turn, so what was just placed counts.
class QueueTurns {
 public:
  explicit QueueTurns(const QueueTree& tree) : tree_(tree) {}

  void Begin(std::span<const QueueId> waiting);
  std::optional<QueueId> Next(std::chrono::nanoseconds now) const;
  void TakeOut(QueueId queue);
  std::vector<QueueId> InRound() const;

 private:
  std::optional<QueueId> FirstOf(std::span<const QueueId> siblings,
                                 std::chrono::nanoseconds now) const;

  const QueueTree& tree_;
  std::vector<uint32_t> waiting_;  // by queue: how many of it and those below it are in the round
  std::vector<bool> in_round_;
};

}  // namespace tutti::plugins
