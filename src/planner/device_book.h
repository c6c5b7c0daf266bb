// DeviceBook: which devices the bound pods have.
//
// A pod that says so (annotation tutti.dev/gpu-index) has those. One that was bound by somebody
// else does not: on each node such pods, the oldest first, are given the devices that fit them
// tightest beside the pods that say so; where none fit, the emptiest ones. That is a function of
// who is bound there, not of the order in which it was learnt: a restart comes to the same.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "model/device_table.h"
#include "model/node_table.h"
#include "model/pod_info.h"

namespace tutti::planner {

// Charges the node table with the devices' own columns; everything else a pod counts for is charged
// by others. Pods are entered by node name, whether or not the node is there.
class DeviceBook {
 public:
  DeviceBook(model::NodeTable& nodes, const model::DeviceTable& devices)
      : nodes_(nodes), devices_(devices) {}

  // A pod that is charged to its node. The same pod must be taken out before it changes.
  void Add(const model::PodInfo& pod);
  void Remove(const model::PodInfo& pod);
  // The node is there, or has another number of devices.
  void NodeChanged(const std::string& node_name);

  // Empty where it is not entered, asks for none, or its node is unknown.
  model::DeviceSet Of(const model::PodInfo& pod) const;

 private:
  using Age = std::pair<int64_t, base::Uid>;  // created, then by uid
  struct Entry {
    model::DeviceRequest request;
    bool says = false;  // the pod's own annotation
    bool permanent = false;
    model::DeviceSet devices;
  };
  struct Node {
    std::map<Age, Entry> pods;
    int silent = 0;  // that do not say
  };

  static Age AgeOf(const model::PodInfo& pod) { return {pod.created_seconds, pod.uid}; }
  void Charge(const std::string& node_name, const Entry& entry, bool on);
  void AssignSilent(const std::string& node_name, Node& node);

  model::NodeTable& nodes_;
  const model::DeviceTable devices_;
  absl::flat_hash_map<std::string, Node> by_node_;
};

}  // namespace tutti::planner
