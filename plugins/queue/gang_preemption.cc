#include "gang_preemption.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tutti::plugins {

const PluginDescriptor& GangPreemption::Descriptor() {
  static constexpr PluginDescriptor kDescriptor = {
      "GangPreemption", "1", [](Config& config, PluginHost& host) -> std::unique_ptr<Plugin> {
        return std::make_unique<GangPreemption>(config, host);
      }};
  return kDescriptor;
}

GangPreemption::GangPreemption(Config& config, PluginHost&)
    : gap_(config.Integer("/minPriorityGap", 1, 1, UINT32_MAX)) {}

ClusterEventKinds GangPreemption::EventsToRegister() const {
  return KindBit(ClusterEventKind::kPodBound) | KindBit(ClusterEventKind::kPodRemoved);
}

QueueingHint GangPreemption::OnClusterEvent(const ClusterEventView& event) {
  const auto count = bound_.try_emplace(event.pod->priority, 0).first;
  count->second += event.kind == ClusterEventKind::kPodBound ? 1 : -1;
  if (count->second <= 0) bound_.erase(count);
  return QueueingHint::kQueueSkip;
}

void GangPreemption::Unit::Add(const PlacedPodView& pod) {
  priority = std::max<int64_t>(priority, pod.priority);
  bound_since = std::max(bound_since, pod.bound_since);
  evictable = evictable && pod.evictable;
  first = pods.empty() ? pod.uid : std::min(first, pod.uid);
  pods.push_back(pod.uid);
}

bool GangPreemption::Unit::GoesBefore(const Unit& other) const {
  return std::tuple(priority, -bound_since, first) <
         std::tuple(other.priority, -other.bound_since, other.first);
}

Status GangPreemption::SelectVictims(const GangView& gang, const GangDiagnosis&,
                                     const ClusterView& cluster, const BoundPods& pods,
                                     std::vector<PodUid>& victims) const {
  const int64_t below = int64_t{gang.priority} - gap_;
  if (bound_.empty() || bound_.begin()->first > below) return Status::Skip();
  std::vector<Unit> units;
  std::map<uint64_t, Unit> gangs;  // by arrival
  for (const NodeBlockView& block : cluster.blocks) {
    block.present.ForEach([&](uint32_t offset) {
      for (const PlacedPodView& pod : pods.On(block.Index(offset))) {
        // What is leaving makes room anyway, and takes nobody's place.
        if (pod.leaving || pod.gang_arrival == gang.arrival) continue;
        if (pod.gang_arrival != 0) {
          gangs[pod.gang_arrival].Add(pod);
        } else if (pod.evictable) {
          units.emplace_back().Add(pod);
        }
      }
    });
  }
  for (auto& [arrival, unit] : gangs) units.push_back(std::move(unit));
  std::erase_if(units, [&](const Unit& unit) { return !unit.evictable || unit.priority > below; });
  std::sort(units.begin(), units.end(),
            [](const Unit& a, const Unit& b) { return a.GoesBefore(b); });
  for (const Unit& unit : units) {
    if (victims.size() + unit.pods.size() > kMostVictims) break;
    victims.insert(victims.end(), unit.pods.begin(), unit.pods.end());
  }
  return victims.empty() ? Status::Skip() : Status::Success();
}

}  // namespace tutti::plugins
