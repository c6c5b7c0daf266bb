// QueueNaps: queues that need not be asked again until something in them, or around them, ends.
//
// A queue whose every gang was refused for what its queues hold would be refused again for as long
// as that stays so. With thousands of gangs behind full queues this is what a round consists of.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "queue_tree.h"

namespace tutti::plugins {

class QueueNaps {
 public:
  // What changes without our knowing (a gang that asks for less than before) is seen after so long.
  static constexpr std::chrono::seconds kLongest{30};

  explicit QueueNaps(const QueueTree& tree) : tree_(tree) {}

  void Rebuilt();  // the tree is another one: everybody is awake

  // A round over these begins. Those that are asleep are not among them.
  void Begin(std::span<const QueueId> queues);
  // A gang of the queue was tried: it was refused because of what this queue at or above it holds;
  // nullopt: something else became of it.
  void Tried(QueueId queue, std::optional<QueueId> full);
  // The queue is out of the round: it falls asleep where every gang was refused so.
  void Out(QueueId queue, std::chrono::nanoseconds now);
  bool Asleep(QueueId queue, std::chrono::nanoseconds now) const;

  void Wake(QueueId queue);   // a gang came
  void Freed(QueueId queue);  // it holds less
  void WakeAll();

 private:
  struct Nap {
    bool all_refused = true;     // in this round
    std::optional<QueueId> top;  // the highest queue that was full
    bool asleep = false;
    uint64_t freed = 0;  // of `top`, when it fell asleep
    std::chrono::nanoseconds since{0};
    uint64_t times_freed = 0;  // of this queue and all below it
  };

  const QueueTree& tree_;
  std::vector<Nap> queues_;
};

}  // namespace tutti::plugins
