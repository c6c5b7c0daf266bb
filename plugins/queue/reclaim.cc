#include "reclaim.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tutti::plugins {

Reclaim::Reclaim(const QueueTree& tree, const FlavorTrees& flavors, const QueueAccounts& accounts,
                 std::chrono::nanoseconds now)
    : tree_(tree), flavors_(flavors), accounts_(accounts), now_(now) {}

void Reclaim::Look(const PlacedPodView& pod) {
  if (pod.gang_arrival == 0 || pod.leaving) return;
  const std::optional<QueueId> queue = accounts_.HolderOf(pod.gang_arrival);
  if (!queue) return;
  Unit& unit = units_[pod.gang_arrival];
  unit.queue = *queue;
  unit.flavor = accounts_.FlavorOf(pod.gang_arrival);
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

std::vector<Reclaim::Unit*> Reclaim::Candidates(const Claim& claim) {
  const QueueTree& tree = claim.flavor.empty() ? tree_ : *flavors_.Of(claim.flavor);
  std::vector<Unit*> units;
  std::map<QueueId, double> shares;
  for (auto& [arrival, unit] : units_) {
    const bool there = claim.on.empty() ||
                       std::find(claim.on.begin(), claim.on.end(), unit.flavor) != claim.on.end();
    if (!there || unit.taken || Protected(unit) || tree_.IsWithin(unit.queue, claim.entitled))
      continue;
    units.push_back(&unit);
    shares[unit.queue] = tree.Share(unit.queue, now_);
  }
  std::sort(units.begin(), units.end(), [&](const Unit* a, const Unit* b) {
    return std::tuple(-shares[a->queue], a->priority, -a->since, b->arrival) <
           std::tuple(-shares[b->queue], b->priority, -b->since, a->arrival);
  });
  return units;
}

// What is guaranteed to its queue of its own flavor is not for those who want any node.
bool Reclaim::HoldsSurplus(const Unit& unit, const Claim& claim) const {
  const QueueTree* const of_flavor = unit.flavor.empty() ? nullptr : flavors_.Of(unit.flavor);
  if (!claim.flavor.empty())
    return of_flavor->HoldsSurplus(unit.queue, claim.entitled, claim.wanted);
  return tree_.HoldsSurplus(unit.queue, claim.entitled, claim.wanted) &&
         (of_flavor == nullptr || !of_flavor->HoldsNoMore(unit.queue, claim.entitled));
}

void Reclaim::Take(Unit& unit) {
  unit.taken = true;
  tree_.Charge(unit.queue, unit.held, -1, now_);
  flavors_.Charge(unit.queue, unit.flavor, unit.held, -1);
}

std::vector<PodUid> Reclaim::Victims(std::span<const Claim> claims, size_t most) {
  std::vector<PodUid> victims;
  for (const Claim& claim : claims) {
    for (Unit* const unit : Candidates(claim)) {
      if (!HoldsSurplus(*unit, claim)) continue;
      if (victims.size() + unit->pods.size() > most) return victims;
      victims.insert(victims.end(), unit->pods.begin(), unit->pods.end());
      Take(*unit);
    }
  }
  return victims;
}

}  // namespace tutti::plugins
