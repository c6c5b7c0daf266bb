#include "planner/device_book.h"

#include <algorithm>

namespace tutti::planner {
namespace {

using model::DeviceRequest;
using model::DeviceSet;
using model::FreeDevices;

// Nothing fits: the pod runs there all the same.
DeviceSet Emptiest(const FreeDevices& free, const DeviceRequest& request) {
  DeviceSet chosen;
  while (chosen.Count() < std::min(request.count, free.count)) {
    uint32_t best = free.count;
    for (uint32_t i = 0; i < free.count; ++i) {
      if (!chosen.Has(i) && (best == free.count || free.milli[i] > free.milli[best])) best = i;
    }
    chosen.Add(best);
  }
  return chosen;
}

}  // namespace

void DeviceBook::Add(const model::PodInfo& pod) {
  const DeviceRequest request = devices_.RequestOf(*pod.charge);
  if (!request.any()) return;
  Node& node = by_node_[pod.node_name];
  Entry& entry = node.pods[AgeOf(pod)];
  entry = {request, !pod.devices.empty(), !pod.disruptable, pod.devices};
  if (entry.says) {
    Charge(pod.node_name, entry, true);
  } else {
    ++node.silent;
  }
  AssignSilent(pod.node_name, node);
}

void DeviceBook::Remove(const model::PodInfo& pod) {
  const auto at = by_node_.find(pod.node_name);
  if (at == by_node_.end()) return;
  Node& node = at->second;
  const auto it = node.pods.find(AgeOf(pod));
  if (it == node.pods.end()) return;
  Charge(pod.node_name, it->second, false);
  if (!it->second.says) --node.silent;
  node.pods.erase(it);
  AssignSilent(pod.node_name, node);
  if (node.pods.empty()) by_node_.erase(at);
}

void DeviceBook::NodeChanged(const std::string& node_name) {
  const auto at = by_node_.find(node_name);
  if (at != by_node_.end()) AssignSilent(node_name, at->second);
}

DeviceSet DeviceBook::Of(const model::PodInfo& pod) const {
  const auto at = by_node_.find(pod.node_name);
  if (at == by_node_.end()) return {};
  const auto it = at->second.pods.find(AgeOf(pod));
  return it == at->second.pods.end() ? DeviceSet() : it->second.devices;
}

void DeviceBook::Charge(const std::string& node_name, const Entry& entry, bool on) {
  if (entry.devices.empty()) return;
  const model::ResourceList amount = devices_.AmountOf(entry.request, entry.devices);
  if (on) {
    nodes_.Charge(node_name, amount, {});
    if (entry.permanent) nodes_.ChargePermanent(node_name, amount, {});
  } else {
    nodes_.Discharge(node_name, amount, {});
    if (entry.permanent) nodes_.DischargePermanent(node_name, amount, {});
  }
}

void DeviceBook::AssignSilent(const std::string& node_name, Node& node) {
  if (node.silent == 0) return;
  const model::NodeIndex index = nodes_.Find(node_name);
  FreeDevices free;
  if (index.valid())
    free.count = devices_.CountOf(*nodes_.blocks()[BlockOf(index)], OffsetOf(index));
  free.milli.fill(model::kWholeDevice);
  const auto take = [&](const Entry& entry) {
    entry.devices.ForEach([&](uint32_t device) { free.milli[device] -= entry.request.milli; });
  };
  for (const auto& [age, entry] : node.pods) {
    if (entry.says) take(entry);
  }
  for (auto& [age, entry] : node.pods) {
    if (entry.says) continue;
    const DeviceSet fitting = free.Fitting(entry.request);
    const DeviceSet devices = fitting.Count() >= entry.request.count
                                  ? free.Tightest(entry.request, fitting)
                                  : Emptiest(free, entry.request);
    if (devices != entry.devices) {
      Charge(node_name, entry, false);
      entry.devices = devices;
      Charge(node_name, entry, true);
    }
    take(entry);
  }
}

}  // namespace tutti::planner
