#include "part_accounts.h"

namespace tutti::plugins {

void PartAccounts::Rebuilt() {
  queues_.assign(tree_.size(), {});
  active_ = false;
  for (uint32_t q = 0; q < queues_.size(); ++q) {
    queues_[q].bounds = bounds_(tree_.spec(QueueId(q)));
    active_ = active_ || queues_[q].bounds;
  }
}

template <class Change>
void PartAccounts::ForEach(QueueId queue, std::string_view part, const Change& change) {
  if (!active_) return;
  for (std::optional<QueueId> at = queue; at; at = tree_.parent(*at)) {
    Queue& there = queues_[at->value];
    if (!there.bounds) continue;
    auto it = there.parts.find(part);
    if (it == there.parts.end()) it = there.parts.emplace(part, Held()).first;
    change(it->second);
    if (it->second.amounts.empty() && it->second.gangs == 0) there.parts.erase(it);
  }
}

void PartAccounts::Charge(QueueId queue, std::string_view part, const Amounts& amounts,
                          int64_t sign) {
  ForEach(queue, part, [&](Held& held) { AddTo(held.amounts, amounts, sign); });
}

void PartAccounts::CountRunning(QueueId queue, std::string_view part, int64_t gangs) {
  ForEach(queue, part, [&](Held& held) { held.gangs += gangs; });
}

const PartAccounts::Held& PartAccounts::Of(QueueId queue, std::string_view part) const {
  if (!active_) return nothing_;
  const auto it = queues_[queue.value].parts.find(part);
  return it == queues_[queue.value].parts.end() ? nothing_ : it->second;
}

const std::map<std::string, PartAccounts::Held, std::less<>>& PartAccounts::PartsOf(
    QueueId queue) const {
  return active_ ? queues_[queue.value].parts : no_parts_;
}

size_t PartAccounts::size() const {
  size_t sum = 0;
  for (const Queue& queue : queues_) sum += queue.parts.size();
  return sum;
}

}  // namespace tutti::plugins
