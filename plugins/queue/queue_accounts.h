// QueueAccounts: what each gang holds, in the name of its queue, of its user and group,
// and of its flavor.
//
// Bound pods are known by cluster events, what is promised by Reserve and Unreserve.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "amounts.h"
#include "flavor_trees.h"
#include "part_accounts.h"
#include "queue_tree.h"

namespace tutti::plugins {

class QueueAccounts {
 public:
  // The accounts that its use goes to; of a group none, where it is not known yet.
  struct Owner {
    std::string user;
    std::string group;
  };

  QueueAccounts(QueueTree& tree, PartAccounts& users, PartAccounts& groups, FlavorTrees& flavors)
      : tree_(tree), users_(users), groups_(groups), flavors_(flavors) {}

  // The tree is another one: what its queues hold it knows, what their users hold is told again.
  void Rebuilt();

  // The gang is in this queue, and counts for these. One that holds something stays in the queue,
  // and with those, that it holds it from.
  void Enter(uint64_t gang, QueueId queue, Owner owner, std::chrono::nanoseconds now);
  // It counts for this group, unless it holds something.
  void Join(uint64_t gang, std::string group);
  void Leave(uint64_t gang, std::chrono::nanoseconds now);
  // It holds more (sign 1) or less (-1). Of a gang that has not been entered yet: kept for then.
  void Charge(uint64_t gang, const Amounts& amounts, int64_t sign, std::chrono::nanoseconds now);

  // What the gang holds is on nodes of this flavor; empty: of none. Until it holds nothing again it
  // stays with the first that it was placed on; of a gang that holds nothing, nothing is kept.
  void Place(uint64_t gang, std::string_view flavor);

  // All but what they hold, by gang.
  std::vector<QueueState::Account> Save() const;
  // In a tree in which nobody holds anything yet: what gangs hold counts as it did then.
  void Restore(const std::vector<QueueState::Account>& saved, std::chrono::nanoseconds now);

  // The queue of a gang that holds something; nullopt: it holds nothing.
  std::optional<QueueId> HolderOf(uint64_t gang) const;
  // For whom it was entered; null: it was not.
  const Owner* OwnerOf(uint64_t gang) const;
  // Empty: it is on no flavor.
  std::string_view FlavorOf(uint64_t gang) const;

 private:
  struct Account {
    std::optional<QueueId> queue;
    Owner owner;
    std::string flavor;
    Amounts held;  // only what is not zero

    bool empty() const { return held.empty(); }
  };

  void CountParts(const Account& account, const Amounts& amounts, int64_t sign);
  void Count(const Account& account, const Amounts& amounts, int64_t sign,
             std::chrono::nanoseconds now);
  void CountRunningParts(const Account& account, int64_t gangs);
  void CountRunning(const Account& account, int64_t gangs);

  QueueTree& tree_;
  PartAccounts& users_;
  PartAccounts& groups_;
  FlavorTrees& flavors_;
  std::unordered_map<uint64_t, Account> accounts_;  // by arrival
};

}  // namespace tutti::plugins
