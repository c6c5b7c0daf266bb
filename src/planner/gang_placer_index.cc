// The part of GangPlacer that places single pods by PlaceIndex.
#include <algorithm>

#include "planner/gang_placer.h"

namespace tutti::planner {

using model::NodeIndex;

bool GangPlacer::IndexServes(std::span<const MemberClass> classes, View view) const {
  if (classes.size() != 1 || domain_ != nullptr || real_only_) return false;
  const MemberClass& wanted = classes[0];
  const bool local = view == View::kNow ? pipeline_.judges_locally()
                                        : view == View::kDrained && !pipeline_.filters();
  return local && wanted.count == 1 && wanted.only.empty() && wanted.refused.empty() &&
         wanted.shape->host_ports.empty() && wanted.shape->spread_keys.empty() &&
         wanted.shape->claims.empty();
}

std::optional<Placement> GangPlacer::PlaceByIndex(const MemberClass& wanted, View view) {
  asks_plugins_ = view == View::kNow && pipeline_.active();
  PlaceIndex& index = view == View::kNow ? index_ : drained_index_;
  if (asks_plugins_) pipeline_.Begin(wanted, seed_);
  const EligibilityCache::Bits* bits = nullptr;
  const PlaceIndex::Entry* entry = index.Find(
      wanted.shape,
      [&](NodeIndex node) {
        if (bits == nullptr) bits = &eligibility_.Of(wanted.shape, wanted.namespace_name);
        return ((*bits)[node.value / 64] >> (node.value % 64) & 1) != 0;
      },
      [&](NodeIndex node) { return KeyOf(wanted, node, view); });
  if (entry == nullptr) return std::nullopt;
  if (asks_plugins_ && !pipeline_.scored_by_all()) {
    index.Drop(wanted.shape.get());
    return std::nullopt;
  }
  Placement placement;
  const NodeIndex best = entry->Best();
  if (!best.valid()) {
    refusal_.reset();
    placement.reason = Shortage(wanted, view);
    return placement;
  }
  placement.fits = true;
  placement.nodes.emplace_back(1, best);
  placement.devices.resize(1);
  placement.scores.resize(1);
  if (asks_plugins_ && pipeline_.scores()) placement.scores[0] = {entry->KeyOf(best).plugins};
  const model::DeviceRequest request = devices_.RequestOf(wanted.shape->requests);
  if (request.any()) placement.devices[0] = {SelectDevices(request, best, view)};
  return placement;
}

bool GangPlacer::HasRoomFor(const MemberClass& wanted, const FreeColumns& columns, NodeIndex node,
                            View view) const {
  const auto& asked = wanted.shape->requests.entries();
  const auto drained = [&](const auto& entry) {
    return nodes_.FreeWhenDrained(entry.first, node) >= entry.second;
  };
  const bool has_room = view == View::kNow ? columns.HasRoom(OffsetOf(node))
                                           : std::all_of(asked.begin(), asked.end(), drained);
  if (!has_room) return false;
  const model::DeviceRequest request = devices_.RequestOf(wanted.shape->requests);
  return !request.any() || FreeDevicesOf(node, view).Fitting(request).Count() >= request.count;
}

PlaceIndex::Key GangPlacer::KeyOf(const MemberClass& wanted, NodeIndex node, View view) {
  const FreeColumns columns(wanted.shape->requests, *nodes_.blocks()[BlockOf(node)]);
  PlaceIndex::Key key;
  key.fits = HasRoomFor(wanted, columns, node, view);
  if (!key.fits) return key;
  if (asks_plugins_) key.plugins = pipeline_.ScoreOne(node);
  key.score = Score(wanted, columns, node, view);
  return key;
}

}  // namespace tutti::planner
