#include "queue_naps.h"

#include <algorithm>
#include <utility>

namespace tutti::plugins {

void QueueNaps::Rebuilt() {
  naps_.assign(tree_.size(), {});
  times_freed_.assign(tree_.size(), 0);
  refused_.assign(tree_.size(), {});
}

void QueueNaps::Forget(QueueId queue) {
  naps_[queue.value].top.reset();
  refused_[queue.value].clear();
}

void QueueNaps::Begin(std::span<const QueueId> queues, std::chrono::nanoseconds now) {
  for (const QueueId queue : queues) {
    Nap& nap = naps_[queue.value];
    if (!Holds(nap) || now - nap.since >= kLongest) Forget(queue);
    nap.all_refused = true;
    nap.asleep = false;
  }
}

void QueueNaps::Tried(QueueId queue, uint64_t gang, std::optional<QueueId> full,
                      std::chrono::nanoseconds now) {
  Nap& nap = naps_[queue.value];
  if (!full) {
    nap.all_refused = false;
    return;
  }
  if (!refused_[queue.value].empty() && !Holds(nap)) {
    nap.all_refused = false;  // those would be tried with more room now
    Forget(queue);
  }
  if (refused_[queue.value].empty()) nap.since = now;
  if (!nap.top || tree_.IsWithin(*nap.top, *full)) {
    nap.top = full;
    nap.freed = times_freed_[full->value];
  }
  refused_[queue.value].insert(gang);
}

bool QueueNaps::Refused(QueueId queue, uint64_t gang) const {
  const Nap& nap = naps_[queue.value];
  return Holds(nap) && refused_[queue.value].contains(gang);
}

void QueueNaps::Out(QueueId queue) {
  Nap& nap = naps_[queue.value];
  nap.asleep = nap.all_refused && nap.top.has_value();
}

bool QueueNaps::Asleep(QueueId queue, std::chrono::nanoseconds now) const {
  const Nap& nap = naps_[queue.value];
  return nap.asleep && Holds(nap) && now - nap.since < kLongest;
}

void QueueNaps::Wake(QueueId queue) { naps_[queue.value].asleep = false; }

void QueueNaps::Freed(QueueId queue) {
  for (std::optional<QueueId> at = queue; at; at = tree_.parent(*at)) ++times_freed_[at->value];
}

void QueueNaps::WakeAll() {
  for (uint32_t i = 0; i < naps_.size(); ++i) {
    naps_[i].asleep = false;
    if (naps_[i].top) Forget(QueueId(i));
  }
}

void QueueNaps::Save(std::vector<QueueState::Nap>& naps) const {
  for (size_t q = 0; q < naps_.size(); ++q) {
    const Nap& nap = naps_[q];
    std::vector<uint64_t> refused(refused_[q].begin(), refused_[q].end());
    std::sort(refused.begin(), refused.end());
    naps.push_back({nap.top, nap.freed, nap.since, nap.all_refused, nap.asleep, times_freed_[q],
                    std::move(refused)});
  }
}

void QueueNaps::Restore(const std::vector<QueueState::Nap>& naps) {
  for (size_t q = 0; q < std::min(naps.size(), naps_.size()); ++q) {
    const QueueState::Nap& nap = naps[q];
    const bool there = !nap.top || nap.top->value < tree_.size();
    naps_[q] = {there ? nap.top : std::nullopt, nap.freed, nap.since, nap.all_refused, nap.asleep};
    times_freed_[q] = nap.times_freed;
    refused_[q] = {nap.refused.begin(), nap.refused.end()};
  }
}

}  // namespace tutti::plugins
