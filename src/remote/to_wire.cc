#include "remote/to_wire.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace tutti::remote {
namespace {

void Append(const NodeMask& mask, std::string& bytes) {
  bytes.append(reinterpret_cast<const char*>(mask.words.data()), sizeof mask.words);
}

// Resources, amounts and fields: of a class of pods and of one pod alike.
template <class From, class To>
void AppendWants(const From& pod, const Numbering& numbers, To& to) {
  std::vector<std::pair<uint32_t, int64_t>> requests;
  for (const auto& [resource, amount] : pod.requests)
    requests.emplace_back(numbers.NumberOf(resource), amount);
  std::sort(requests.begin(), requests.end());
  for (const auto& [resource, amount] : requests) {
    to.add_resources(resource);
    to.add_amounts(amount);
  }
  for (const PodField field : numbers.pod_fields) to.add_fields(std::string(pod.Field(field)));
}

}  // namespace

void ToWire(const PodClassView& pod, const Numbering& numbers, wire::PodClass& to) {
  to.set_namespace_(std::string(pod.namespace_name));
  to.set_gang(std::string(pod.gang));
  to.set_count(pod.count);
  to.set_priority(pod.priority);
  AppendWants(pod, numbers, to);
}

void ToWire(const GangView& gang, const Numbering& numbers, wire::Gang& to) {
  to.set_namespace_(std::string(gang.namespace_name));
  to.set_name(std::string(gang.name));
  to.set_dialect(std::string(gang.dialect));
  to.set_priority(gang.priority);
  to.set_arrival(gang.arrival);
  to.set_created_ns(gang.created.count());
  to.set_min_member(gang.min_member);
  to.set_members(gang.members);
  to.set_bound(gang.bound);
  to.set_queue(std::string(gang.queue));
  to.set_duration_ns(gang.duration.count());
  to.set_user(std::string(gang.user));
  for (const NodeIndex node : gang.placed_on) to.add_placed_on(node.value);
  for (const PodClassView& pods : gang.classes) ToWire(pods, numbers, *to.add_classes());
}

void ToWire(const GangDiagnosis& diagnosis, const Numbering& numbers, wire::GangDiagnosis& to) {
  to.set_code(std::string(diagnosis.code));
  to.set_need(diagnosis.need);
  to.set_have(diagnosis.have);
  if (diagnosis.resource.valid()) to.set_resource(numbers.NumberOf(diagnosis.resource));
}

void ToWire(const PlacedPodView& pod, const Numbering& numbers, wire::PlacedPod& to) {
  to.set_uid_high(pod.uid.high);
  to.set_uid_low(pod.uid.low);
  to.set_namespace_(std::string(pod.namespace_name));
  to.set_name(std::string(pod.name));
  to.set_gang(std::string(pod.gang));
  to.set_gang_arrival(pod.gang_arrival);
  to.set_priority(pod.priority);
  to.set_leaving(pod.leaving);
  to.set_evictable(pod.evictable);
  if (pod.node.valid()) to.set_node(pod.node.value);
  to.set_node_name(std::string(pod.node_name));
  to.set_bound_since_s(pod.bound_since.count());
  AppendWants(pod, numbers, to);
}

void ToWire(std::span<const QueueUse> queues, const Numbering& numbers, wire::QueueRound& to) {
  for (const QueueUse& queue : queues) {
    wire::QueueUse& use = *to.add_queues();
    use.set_name(std::string(queue.name));
    use.set_waiting(queue.waiting);
    use.set_running(queue.running);
    std::map<uint32_t, int64_t> amounts;
    for (const auto& [resource, amount] : queue.held) amounts[numbers.NumberOf(resource)] = amount;
    for (const auto& [resource, amount] : amounts) {
      use.add_resources(resource);
      use.add_amounts(amount);
    }
  }
}

uint32_t ToWire(const DeviceSet& devices) {
  uint32_t bits = 0;
  devices.ForEach([&](uint32_t device) { bits |= uint32_t{1} << device; });
  return bits;
}

void ToWire(const PlacementView& placement, wire::PlacementScore& to) {
  if (placement.domain != nullptr) {
    to.mutable_domain()->set_name(placement.domain->name);
    for (const NodeMask& mask : placement.domain->nodes)
      Append(mask, *to.mutable_domain()->mutable_nodes());
  }
  for (const std::span<const NodeIndex> nodes : placement.nodes) {
    wire::NodeIndices& of_class = *to.add_nodes();
    for (const NodeIndex node : nodes) of_class.add_nodes(node.value);
  }
}

void ToWire(std::span<const int64_t> scores, std::string& to) {
  to.assign(reinterpret_cast<const char*>(scores.data()), scores.size_bytes());
}

void ToWire(std::span<const NodeBlockView> blocks, std::span<const NodeMask> masks,
            wire::NodeSet& to) {
  for (size_t b = 0; b < masks.size(); ++b) {
    if (masks[b].empty()) continue;
    to.add_blocks(blocks[b].first / kNodesPerBlock);
    Append(masks[b], *to.mutable_masks());
  }
}

}  // namespace tutti::remote
