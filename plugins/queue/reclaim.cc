#include "reclaim.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tutti::plugins {

Reclaim::Reclaim(const QueueTree& tree, const QueueAccounts& accounts, QueueId entitled,
                 const Amounts& wanted, std::chrono::nanoseconds now)
    : tree_(tree), accounts_(accounts), entitled_(entitled), wanted_(wanted), now_(now) {}

void Reclaim::Look(const PlacedPodView& pod) {
  if (pod.gang_arrival == 0 || pod.leaving) return;
  const std::optional<QueueId> queue = accounts_.HolderOf(pod.gang_arrival);
  if (!queue || tree_.IsWithin(*queue, entitled_)) return;
  Unit& unit = units_[pod.gang_arrival];
  unit.queue = *queue;
  unit.arrival = pod.gang_arrival;
  unit.priority = unit.pods.empty() ? pod.priority : std::max(unit.priority, pod.priority);
  unit.since = std::max(unit.since, pod.bound_since);
  unit.evictable = unit.evictable && pod.evictable;
  unit.pods.push_back(pod.uid);
  AddTo(unit.held, pod.requests);
}

bool Reclaim::Protected(const Unit& unit) const {
  const QueueSpec& spec = tree_.spec(unit.queue);
  // Where nothing is asked for, no clock that goes ahead of ours can ask for it.
  const bool young = spec.min_runtime.count() > 0 && now_ - unit.since < spec.min_runtime;
  return !unit.evictable || !spec.reclaimable || young;
}

std::vector<PodUid> Reclaim::Victims(size_t most) {
  std::vector<Unit*> units;
  for (auto& [arrival, unit] : units_) {
    if (!Protected(unit)) units.push_back(&unit);
  }
  std::map<QueueId, double> shares;
  for (const Unit* unit : units) shares[unit->queue] = tree_.Share(unit->queue, now_);
  std::sort(units.begin(), units.end(), [&](const Unit* a, const Unit* b) {
    return std::tuple(-shares[a->queue], a->priority, -a->since, b->arrival) <
           std::tuple(-shares[b->queue], b->priority, -b->since, a->arrival);
  });
  std::vector<PodUid> victims;
  for (const Unit* unit : units) {
    if (!tree_.HoldsSurplus(unit->queue, entitled_, wanted_)) continue;
    if (victims.size() + unit->pods.size() > most) break;
    victims.insert(victims.end(), unit->pods.begin(), unit->pods.end());
    tree_.Charge(unit->queue, unit->held, -1, now_);
  }
  return victims;
}

}  // namespace tutti::plugins
