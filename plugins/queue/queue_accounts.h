// QueueAccounts: what each gang holds, in the name of its queue.
//
// Bound pods are known by cluster events, what is promised by Reserve and Unreserve.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "queue_tree.h"
#include "tutti/placed_pod_view.h"

namespace tutti::plugins {

class QueueAccounts {
 public:
  explicit QueueAccounts(QueueTree& tree) : tree_(tree) {}

  // The gang is in this queue. One that holds something stays in the queue it holds it from.
  void Enter(uint64_t gang, QueueId queue, std::chrono::nanoseconds now);
  void Leave(uint64_t gang, std::chrono::nanoseconds now);
  // It holds more (sign 1) or less (-1). Of a gang that has not been entered yet: kept for then.
  void Charge(uint64_t gang, const Amounts& amounts, int64_t sign, std::chrono::nanoseconds now);

  // The queue of a gang that holds something; nullopt: it holds nothing.
  std::optional<QueueId> HolderOf(uint64_t gang) const;

 private:
  struct Account {
    std::optional<QueueId> queue;
    Amounts held;  // only what is not zero

    bool empty() const { return held.empty(); }
  };

  void Add(Account& account, const Amounts& amounts, int64_t sign, std::chrono::nanoseconds now);

  QueueTree& tree_;
  std::unordered_map<uint64_t, Account> accounts_;  // by arrival
};

// `sum` and these together.
void AddTo(Amounts& sum, std::span<const PodClassView::Request> amounts);
// What the members of these classes ask for together.
Amounts Asked(const GangView& gang);

}  // namespace tutti::plugins
