#include "queue_accounts.h"

#include <algorithm>
#include <limits>

namespace tutti::plugins {
namespace {

int64_t& Entry(Amounts& amounts, ResourceId resource) {
  auto it = std::lower_bound(amounts.begin(), amounts.end(), resource,
                             [](const auto& entry, ResourceId r) { return entry.first < r; });
  if (it == amounts.end() || it->first != resource) it = amounts.emplace(it, resource, 0);
  return it->second;
}

}  // namespace

void QueueAccounts::Enter(uint64_t gang, QueueId queue, std::chrono::nanoseconds now) {
  Account& account = accounts_[gang];
  if (account.queue == queue || (account.queue && !account.empty())) return;
  account.queue = queue;
  if (account.empty()) return;
  tree_.Charge(queue, account.held, 1, now);
  tree_.CountRunning(queue, 1);
}

void QueueAccounts::Leave(uint64_t gang, std::chrono::nanoseconds now) {
  const auto it = accounts_.find(gang);
  if (it == accounts_.end()) return;
  const Account& account = it->second;
  if (account.queue && !account.empty()) {
    tree_.Charge(*account.queue, account.held, -1, now);
    tree_.CountRunning(*account.queue, -1);
  }
  accounts_.erase(it);
}

void QueueAccounts::Charge(uint64_t gang, const Amounts& amounts, int64_t sign,
                           std::chrono::nanoseconds now) {
  Account& account = accounts_[gang];
  const bool held = !account.empty();
  Add(account, amounts, sign, now);
  if (account.queue && held == account.empty())
    tree_.CountRunning(*account.queue, account.empty() ? -1 : 1);
  if (!account.queue && account.empty()) accounts_.erase(gang);
}

void QueueAccounts::Add(Account& account, const Amounts& amounts, int64_t sign,
                        std::chrono::nanoseconds now) {
  for (const auto& [resource, amount] : amounts) Entry(account.held, resource) += sign * amount;
  std::erase_if(account.held, [](const auto& entry) { return entry.second == 0; });
  if (account.queue) tree_.Charge(*account.queue, amounts, sign, now);
}

std::optional<QueueId> QueueAccounts::HolderOf(uint64_t gang) const {
  const auto it = accounts_.find(gang);
  if (it == accounts_.end() || it->second.empty()) return std::nullopt;
  return it->second.queue;
}

void AddTo(Amounts& sum, std::span<const PodClassView::Request> amounts) {
  for (const auto& [resource, amount] : amounts) Entry(sum, resource) += amount;
}

Amounts Asked(const GangView& gang) {
  Amounts asked;
  for (const PodClassView& pods : gang.classes) {
    for (const auto& [resource, amount] : pods.requests) {
      int64_t& sum = Entry(asked, resource);
      int64_t all = 0;
      if (__builtin_mul_overflow(amount, pods.count, &all) ||
          __builtin_add_overflow(sum, all, &sum))
        sum = std::numeric_limits<int64_t>::max();
    }
  }
  return asked;
}

}  // namespace tutti::plugins
