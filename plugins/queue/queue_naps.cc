#include "queue_naps.h"

namespace tutti::plugins {

void QueueNaps::Rebuilt() { queues_.assign(tree_.size(), {}); }

void QueueNaps::Begin(std::span<const QueueId> queues) {
  for (const QueueId queue : queues) {
    Nap& nap = queues_[queue.value];
    const uint64_t times_freed = nap.times_freed;
    nap = Nap();
    nap.times_freed = times_freed;
  }
}

void QueueNaps::Tried(QueueId queue, std::optional<QueueId> full) {
  Nap& nap = queues_[queue.value];
  if (!full) {
    nap.all_refused = false;
  } else if (!nap.top || tree_.IsWithin(*nap.top, *full)) {
    nap.top = full;
  }
}

void QueueNaps::Out(QueueId queue, std::chrono::nanoseconds now) {
  Nap& nap = queues_[queue.value];
  if (!nap.all_refused || !nap.top) return;
  nap.asleep = true;
  nap.freed = queues_[nap.top->value].times_freed;
  nap.since = now;
}

bool QueueNaps::Asleep(QueueId queue, std::chrono::nanoseconds now) const {
  const Nap& nap = queues_[queue.value];
  return nap.asleep && nap.top && queues_[nap.top->value].times_freed == nap.freed &&
         now - nap.since < kLongest;
}

void QueueNaps::Wake(QueueId queue) { queues_[queue.value].asleep = false; }

void QueueNaps::Freed(QueueId queue) {
  for (std::optional<QueueId> at = queue; at; at = tree_.parent(*at))
    ++queues_[at->value].times_freed;
}

void QueueNaps::WakeAll() {
  for (Nap& nap : queues_) nap.asleep = false;
}

}  // namespace tutti::plugins
