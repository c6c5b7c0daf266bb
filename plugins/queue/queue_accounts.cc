#include "queue_accounts.h"

#include <algorithm>
#include <utility>

namespace tutti::plugins {

void QueueAccounts::Rebuilt() {
  users_.Rebuilt();
  groups_.Rebuilt();
  if (!users_.active() && !groups_.active()) return;
  for (const auto& [gang, account] : accounts_) {
    if (!account.queue || account.empty()) continue;
    CountParts(account, account.held, 1);
    CountRunningParts(account, 1);
  }
}

void QueueAccounts::Enter(uint64_t gang, QueueId queue, Owner owner, std::chrono::nanoseconds now) {
  Account& account = accounts_[gang];
  if (account.queue && !account.empty()) return;
  account.queue = queue;
  account.owner.user = std::move(owner.user);
  // Pods that came before it have said which group is theirs.
  if (account.empty() || account.owner.group.empty()) account.owner.group = std::move(owner.group);
  if (account.empty()) return;
  Count(account, account.held, 1, now);
  CountRunning(account, 1);
}

void QueueAccounts::Join(uint64_t gang, std::string group) {
  Account& account = accounts_[gang];
  if (account.empty()) account.owner.group = std::move(group);
}

void QueueAccounts::Leave(uint64_t gang, std::chrono::nanoseconds now) {
  const auto it = accounts_.find(gang);
  if (it == accounts_.end()) return;
  const Account& account = it->second;
  if (account.queue && !account.empty()) {
    Count(account, account.held, -1, now);
    CountRunning(account, -1);
  }
  accounts_.erase(it);
}

void QueueAccounts::Charge(uint64_t gang, const Amounts& amounts, int64_t sign,
                           std::chrono::nanoseconds now) {
  Account& account = accounts_[gang];
  const bool held = !account.empty();
  AddTo(account.held, amounts, sign);
  if (account.queue) {
    Count(account, amounts, sign, now);
    if (held == account.empty()) CountRunning(account, account.empty() ? -1 : 1);
    if (account.empty()) account.flavor.clear();
  } else if (account.empty()) {
    accounts_.erase(gang);
  }
}

void QueueAccounts::Place(uint64_t gang, std::string_view flavor) {
  if (flavor.empty()) return;
  const auto it = accounts_.find(gang);
  if (it == accounts_.end()) return;
  Account& account = it->second;
  if (account.empty() || !account.flavor.empty()) return;
  account.flavor = flavor;
  if (account.queue) flavors_.Charge(*account.queue, flavor, account.held, 1);
}

void QueueAccounts::CountParts(const Account& account, const Amounts& amounts, int64_t sign) {
  users_.Charge(*account.queue, account.owner.user, amounts, sign);
  groups_.Charge(*account.queue, account.owner.group, amounts, sign);
}

void QueueAccounts::Count(const Account& account, const Amounts& amounts, int64_t sign,
                          std::chrono::nanoseconds now) {
  tree_.Charge(*account.queue, amounts, sign, now);
  CountParts(account, amounts, sign);
  if (!account.flavor.empty()) flavors_.Charge(*account.queue, account.flavor, amounts, sign);
}

void QueueAccounts::CountRunning(const Account& account, int64_t gangs) {
  tree_.CountRunning(*account.queue, gangs);
  CountRunningParts(account, gangs);
}

void QueueAccounts::CountRunningParts(const Account& account, int64_t gangs) {
  users_.CountRunning(*account.queue, account.owner.user, gangs);
  groups_.CountRunning(*account.queue, account.owner.group, gangs);
}

std::vector<QueueState::Account> QueueAccounts::Save() const {
  std::vector<QueueState::Account> saved;
  saved.reserve(accounts_.size());
  for (const auto& [gang, account] : accounts_)
    saved.push_back(
        {gang, account.queue, account.owner.user, account.owner.group, account.flavor});
  std::sort(saved.begin(), saved.end(),
            [](const auto& a, const auto& b) { return a.gang < b.gang; });
  return saved;
}

void QueueAccounts::Restore(const std::vector<QueueState::Account>& saved,
                            std::chrono::nanoseconds now) {
  for (auto& [gang, account] : accounts_) account.queue.reset();
  for (const QueueState::Account& of : saved) {
    Account& account = accounts_[of.gang];
    account.queue = of.queue && of.queue->value < tree_.size() ? of.queue : std::nullopt;
    account.owner = {of.user, of.group};
    account.flavor = of.flavor;
  }
  std::erase_if(accounts_,
                [](const auto& entry) { return !entry.second.queue && entry.second.empty(); });
  for (const auto& [gang, account] : accounts_) {
    if (!account.queue || account.empty()) continue;
    tree_.Charge(*account.queue, account.held, 1, now);
    tree_.CountRunning(*account.queue, 1);
    if (!account.flavor.empty()) flavors_.Charge(*account.queue, account.flavor, account.held, 1);
  }
  Rebuilt();
}

std::optional<QueueId> QueueAccounts::HolderOf(uint64_t gang) const {
  const auto it = accounts_.find(gang);
  if (it == accounts_.end() || it->second.empty()) return std::nullopt;
  return it->second.queue;
}

const QueueAccounts::Owner* QueueAccounts::OwnerOf(uint64_t gang) const {
  const auto it = accounts_.find(gang);
  return it == accounts_.end() || !it->second.queue ? nullptr : &it->second.owner;
}

std::string_view QueueAccounts::FlavorOf(uint64_t gang) const {
  const auto it = accounts_.find(gang);
  return it == accounts_.end() ? std::string_view() : it->second.flavor;
}

}  // namespace tutti::plugins
