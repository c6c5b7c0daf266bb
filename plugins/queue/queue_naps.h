// QueueNaps: queues that need not be asked again until something in them, or around them, ends.
//
// A gang that was refused for what its queues hold would be refused again for as long as that stays
// so, and a queue all of whose gangs were need not be looked at. With thousands of gangs behind
// full queues this is what a round consists of.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_set>
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
  void Begin(std::span<const QueueId> queues, std::chrono::nanoseconds now);
  // A gang of the queue, by its arrival, was tried: it was refused because of what this queue at or
  // above it holds; nullopt: something else became of it.
  void Tried(QueueId queue, uint64_t gang, std::optional<QueueId> full,
             std::chrono::nanoseconds now);
  // It would be refused again.
  bool Refused(QueueId queue, uint64_t gang) const;
  // The queue is out of the round: it falls asleep where every gang was refused so.
  void Out(QueueId queue);
  bool Asleep(QueueId queue, std::chrono::nanoseconds now) const;

  void Wake(QueueId queue);   // a gang came
  void Freed(QueueId queue);  // it holds less
  void WakeAll();

  void Save(std::vector<QueueState::Nap>& naps) const;
  void Restore(const std::vector<QueueState::Nap>& naps);  // of this tree

 private:
  struct Nap {
    std::optional<QueueId> top;         // the highest queue that was full
    uint64_t freed = 0;                 // of `top`, when it was
    std::chrono::nanoseconds since{0};  // the first of them was refused
    bool all_refused = true;            // in this round, or before it
    bool asleep = false;
  };

  bool Holds(const Nap& nap) const { return nap.top && times_freed_[nap.top->value] == nap.freed; }
  void Forget(QueueId queue);

  const QueueTree& tree_;
  // By queue. Each by itself: a round looks at every nap, and at little else.
  std::vector<Nap> naps_;
  std::vector<uint64_t> times_freed_;                  // of the queue and all below it
  std::vector<std::unordered_set<uint64_t>> refused_;  // gangs, since Nap::since
};

}  // namespace tutti::plugins
