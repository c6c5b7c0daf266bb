// PartAccounts: what each part of a queue, such as the gangs of one user, holds together.
//
// A part is known by its name. It holds what the gangs of its name in the queue hold, and in those
// below it. Accounts are kept in queues that bound their parts, and in no others; of a part that
// holds nothing there is none.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "amounts.h"
#include "queue_tree.h"

namespace tutti::plugins {

class PartAccounts {
 public:
  struct Held {
    Amounts amounts;  // only what is not zero
    int64_t gangs = 0;
  };
  // Whether a queue like this bounds its parts.
  using Bounds = bool (*)(const QueueSpec& spec);

  PartAccounts(const QueueTree& tree, Bounds bounds) : tree_(tree), bounds_(bounds) {}

  // The tree is another one. Nobody holds anything until it is charged anew.
  void Rebuilt();
  // Some queue bounds its parts. Where none does, nothing is kept, and nothing costs anything.
  bool active() const { return active_; }

  // The part holds more (sign 1) or less (-1), in the queue and in those above it.
  void Charge(QueueId queue, std::string_view part, const Amounts& amounts, int64_t sign);
  void CountRunning(QueueId queue, std::string_view part, int64_t gangs);

  // Nothing of one that has no account.
  const Held& Of(QueueId queue, std::string_view part) const;
  size_t size() const;
  // Each part that holds something in the queue, by name.
  const std::map<std::string, Held, std::less<>>& PartsOf(QueueId queue) const;

 private:
  struct Queue {
    bool bounds = false;
    std::map<std::string, Held, std::less<>> parts;
  };

  template <class Change>
  void ForEach(QueueId queue, std::string_view part, const Change& change);

  const QueueTree& tree_;
  const Bounds bounds_;
  bool active_ = false;
  std::vector<Queue> queues_;  // by number
  const Held nothing_;
  const std::map<std::string, Held, std::less<>> no_parts_;
};

}  // namespace tutti::plugins
