// The part of GangPlacer that places single pods by PlaceIndex.
#include "planner/gang_placer.h"

namespace tutti::planner {

using model::NodeIndex;

bool GangPlacer::IndexServes(std::span<const MemberClass> classes, View view) const {
  if (view != View::kNow || classes.size() != 1 || domain_ != nullptr) return false;
  const MemberClass& wanted = classes[0];
  return wanted.count == 1 && wanted.only.empty() && wanted.refused.empty() &&
         wanted.shape->host_ports.empty() && wanted.shape->spread_keys.empty() &&
         wanted.shape->claims.empty() && pipeline_.judges_locally();
}

std::optional<Placement> GangPlacer::PlaceByIndex(const MemberClass& wanted) {
  asks_plugins_ = pipeline_.active();
  if (asks_plugins_) pipeline_.Begin(wanted, seed_);
  const EligibilityCache::Bits* bits = nullptr;
  const PlaceIndex::Entry* entry = index_.Find(
      wanted.shape,
      [&](NodeIndex node) {
        if (bits == nullptr) bits = &eligibility_.Of(wanted.shape, wanted.namespace_name);
        return ((*bits)[node.value / 64] >> (node.value % 64) & 1) != 0;
      },
      [&](NodeIndex node) { return KeyOf(wanted, node); });
  if (entry == nullptr) return std::nullopt;
  if (asks_plugins_ && !pipeline_.scored_by_all()) {
    index_.Drop(wanted.shape.get());
    return std::nullopt;
  }
  Placement placement;
  const NodeIndex best = entry->Best();
  if (!best.valid()) {
    refusal_.reset();
    placement.reason = Shortage(wanted, View::kNow);
    return placement;
  }
  placement.fits = true;
  placement.nodes = {{best}};
  placement.devices.resize(1);
  const model::DeviceRequest request = devices_.RequestOf(wanted.shape->requests);
  if (request.any()) placement.devices[0] = {SelectDevices(request, best, View::kNow)};
  return placement;
}

PlaceIndex::Key GangPlacer::KeyOf(const MemberClass& wanted, NodeIndex node) {
  PlaceIndex::Key key;
  if (CapacityOf(wanted, node, View::kNow) == 0) return key;
  key.fits = true;
  if (asks_plugins_) key.plugins = pipeline_.ScoreOne(node);
  key.score = Score(wanted, node, View::kNow);
  return key;
}

}  // namespace tutti::planner
