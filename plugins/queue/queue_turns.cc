#include "queue_turns.h"

namespace tutti::plugins {

void QueueTurns::Begin(std::span<const QueueId> waiting) {
  waiting_.assign(tree_.size(), 0);
  in_round_.assign(tree_.size(), false);
  for (const QueueId queue : waiting) {
    in_round_[queue.value] = true;
    for (std::optional<QueueId> at = queue; at; at = tree_.parent(*at)) ++waiting_[at->value];
  }
}

std::optional<QueueId> QueueTurns::FirstOf(std::span<const QueueId> siblings,
                                           std::chrono::nanoseconds now) const {
  std::optional<QueueId> first;
  for (const QueueId queue : siblings) {
    // A queue may have come since the round began.
    if (queue.value >= waiting_.size() || waiting_[queue.value] == 0) continue;
    if (!first || tree_.GoesBefore(queue, *first, now)) first = queue;
  }
  return first;
}

std::optional<QueueId> QueueTurns::Next(std::chrono::nanoseconds now) const {
  std::optional<QueueId> queue = FirstOf(tree_.roots(), now);
  // Gangs that wait in an inner queue are refused there: let that be done first.
  while (queue && !in_round_[queue->value]) queue = FirstOf(tree_.children(*queue), now);
  return queue;
}

void QueueTurns::TakeOut(QueueId queue) {
  if (!in_round_[queue.value]) return;
  in_round_[queue.value] = false;
  for (std::optional<QueueId> at = queue; at; at = tree_.parent(*at)) --waiting_[at->value];
}

std::vector<QueueId> QueueTurns::InRound() const {
  std::vector<QueueId> queues;
  for (uint32_t q = 0; q < in_round_.size(); ++q) {
    if (in_round_[q]) queues.emplace_back(q);
  }
  return queues;
}

}  // namespace tutti::plugins
