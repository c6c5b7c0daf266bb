#include "planner/node_survey.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "model/eligibility.h"

namespace tutti::planner {
namespace {

using model::NodeBlock;
using model::NodeIndex;
using model::ResourceId;
using Refused = ClassDiagnosis::Refused;

Refused Because(Cause cause, ResourceId resource = {}, int64_t need = 0, int64_t have = 0) {
  return {cause, 1, resource, nullptr, need, have};
}

bool Has(const EligibilityCache::Bits& bits, NodeIndex node) {
  return node.value / 64 < bits.size() && (bits[node.value / 64] >> (node.value % 64) & 1) != 0;
}

}  // namespace

ClassDiagnosis NodeSurvey::Of(const MemberClass& wanted, uint64_t seed) {
  ClassDiagnosis diagnosis;
  diagnosis.pods = wanted.count;
  diagnosis.requests = wanted.shape->requests;
  room_.clear();
  const EligibilityCache::Bits& eligible = s_.eligibility.Of(wanted.shape, wanted.namespace_name);
  for (uint32_t b = 0; b < s_.nodes.blocks().size(); ++b) {
    s_.nodes.blocks()[b]->statics->present.ForEach([&](uint32_t offset) {
      const NodeIndex node(b * NodeBlock::kNodes + offset);
      const Refused refused = Judge(wanted, node, Has(eligible, node));
      if (refused.nodes > 0) return Add(refused, diagnosis);
      room_.emplace_back(node, Capacity(wanted, node));
    });
  }
  if (pipeline_.active() && !room_.empty()) AskPlugins(wanted, seed, diagnosis);
  diagnosis.nodes_with_room = static_cast<int64_t>(room_.size());
  for (const auto& [node, capacity] : room_)
    diagnosis.room_now += std::min(capacity, wanted.count - diagnosis.room_now);
  std::stable_sort(diagnosis.refused.begin(), diagnosis.refused.end(),
                   [](const Refused& a, const Refused& b) {
                     return a.cause != b.cause ? a.cause < b.cause : a.nodes > b.nodes;
                   });
  return diagnosis;
}

Refused NodeSurvey::Judge(const MemberClass& wanted, NodeIndex node, bool eligible) const {
  const bool pinned_elsewhere =
      !wanted.only.empty() &&
      std::find(wanted.only.begin(), wanted.only.end(), node) == wanted.only.end();
  if (pinned_elsewhere) return Because(Cause::kPinnedElsewhere);
  if (!eligible) return WhyNotEligible(wanted, node);
  if (std::binary_search(wanted.refused.begin(), wanted.refused.end(), node))
    return Because(Cause::kRefusedByKubeScheduler);
  return WhyNoRoom(wanted, node);
}

Refused NodeSurvey::WhyNotEligible(const MemberClass& wanted, NodeIndex node) const {
  using model::Eligibility;
  switch (model::EligibilityOf(*wanted.shape, *s_.nodes.Info(node), s_.labels)) {
    case Eligibility::kUnknownResource:
      return Because(Cause::kTooSmall);
    case Eligibility::kUnschedulable:
      return Because(Cause::kUnschedulable);
    case Eligibility::kUntoleratedTaint:
      return Because(Cause::kUntoleratedTaint);
    case Eligibility::kNodeSelector:
      return Because(Cause::kNodeSelector);
    case Eligibility::kNodeAffinity:
      return Because(Cause::kNodeAffinity);
    case Eligibility::kEligible:
      break;
  }
  for (const model::NodeSelector* affinity :
       s_.volumes.AffinitiesOf(wanted.namespace_name, wanted.shape->claims)) {
    if (!Matches(*affinity, *s_.nodes.Info(node), s_.labels)) return Because(Cause::kVolume);
  }
  return Because(Cause::kClosed);
}

Refused NodeSurvey::WhyNoRoom(const MemberClass& wanted, NodeIndex node) const {
  const NodeBlock& block = *s_.nodes.blocks()[BlockOf(node)];
  const uint32_t offset = OffsetOf(node);
  bool without_head = true;
  bool without_reservations = true;
  ResourceId first;  // that is short
  ResourceId worst;
  int64_t worst_part = -1;
  for (const auto& [resource, amount] : wanted.shape->requests.entries()) {
    const int64_t free = block.Free(resource, offset);
    if (free >= amount) continue;
    if (!first.valid()) first = resource;
    const int64_t drained = s_.nodes.FreeWhenDrained(resource, node);
    if (drained < amount) return Because(Cause::kTooSmall, resource, amount, drained);
    without_head &= free + NodeBlock::At(block.for_head, resource, offset) >= amount;
    const int64_t unreserved = free + block.Reserved(resource, offset);
    without_reservations &= unreserved >= amount;
    const int64_t part =
        (amount - std::max<int64_t>(unreserved, 0)) / std::max<int64_t>(amount / 1000, 1);
    if (unreserved >= amount || part <= worst_part) continue;
    worst_part = part;
    worst = resource;
  }
  if (first.valid()) {
    const ResourceId shown = without_reservations ? first : worst;
    const Cause cause = without_head           ? Cause::kReservedForHead
                        : without_reservations ? Cause::kReserved
                                               : Cause::kInsufficientResource;
    return Because(cause, shown, wanted.shape->requests.Get(shown), block.Free(shown, offset));
  }
  if (!s_.nodes.PortsFree(node, wanted.shape->host_ports)) return Because(Cause::kHostPort);
  // Enough in all, but on devices that are each too full.
  const model::DeviceTable& devices = s_.options.devices;
  const model::DeviceRequest request = devices.RequestOf(wanted.shape->requests);
  if (request.any() && model::PlacesOn(devices.FreeOf(block, offset), request) == 0) {
    return Because(Cause::kInsufficientResource, devices.milli(),
                   wanted.shape->requests.Get(devices.milli()),
                   block.Free(devices.milli(), offset));
  }
  return {};
}

int64_t NodeSurvey::Capacity(const MemberClass& wanted, NodeIndex node) const {
  int64_t capacity =
      wanted.shape->host_ports.empty() ? std::numeric_limits<int64_t>::max() : int64_t{1};
  for (const auto& [resource, amount] : wanted.shape->requests.entries())
    capacity = std::min(capacity, s_.nodes.Free(resource, node) / amount);
  const model::DeviceTable& devices = s_.options.devices;
  const model::DeviceRequest request = devices.RequestOf(wanted.shape->requests);
  if (!request.any()) return capacity;
  const NodeBlock& block = *s_.nodes.blocks()[BlockOf(node)];
  return std::min(capacity, model::PlacesOn(devices.FreeOf(block, OffsetOf(node)), request));
}

void NodeSurvey::AskPlugins(const MemberClass& wanted, uint64_t seed, ClassDiagnosis& diagnosis) {
  std::vector<NodeMask> masks(s_.nodes.blocks().size());
  for (const auto& [node, capacity] : room_) masks[BlockOf(node)].Add(OffsetOf(node));
  pipeline_.Begin(wanted, seed);
  pipeline_.Filter(masks);
  const auto had_room = static_cast<int64_t>(room_.size());
  if (pipeline_.failed()) {
    // Of all nodes at once: a PreFilter that refuses, or a plugin that failed.
    const model::Reason reason = pipeline_.refusal();
    room_.clear();
    return Add({Cause::kPlugin, had_room, {}, reason.plugin, reason.need, reason.have}, diagnosis);
  }
  std::erase_if(room_, [&](const auto& entry) {
    return !masks[BlockOf(entry.first)].Has(OffsetOf(entry.first));
  });
  int64_t unexplained = had_room - static_cast<int64_t>(room_.size());
  for (const framework::Diagnosis::Line& line : pipeline_.diagnosis().lines) {
    unexplained -= line.of.nodes;
    Add({Cause::kPlugin,
         line.of.nodes,
         {},
         s_.plugins.reasons->Find(line.of.reason),
         line.of.need,
         line.of.have},
        diagnosis);
  }
  if (unexplained > 0) Add({Cause::kPlugin, unexplained, {}, nullptr, 0, 0}, diagnosis);
}

void NodeSurvey::Add(const Refused& refused, ClassDiagnosis& diagnosis) {
  for (Refused& known : diagnosis.refused) {
    if (std::tie(known.cause, known.resource, known.plugin) !=
        std::tie(refused.cause, refused.resource, refused.plugin))
      continue;
    known.nodes += refused.nodes;
    if (refused.have > known.have) {
      known.have = refused.have;
      known.need = refused.need;
    }
    return;
  }
  diagnosis.refused.push_back(refused);
}

}  // namespace tutti::planner
