// Resource accounting: what a pod counts for, by the rules of Kubernetes
// (component-helpers/resource PodRequests and the scheduler's PodInfo.CalculateResource).
//
// Kubernetes 1.36 takes the largest of wanted, allocated and actuated per container, 1.37 the
// largest of the three sums; we follow 1.36, which is never less. Each amount is rounded up by
// itself, where Kubernetes rounds the sum: that differs only for fractions of a byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/resource_list.h"

namespace tutti::objects {

struct ContainerResources {
  std::string name;
  model::ResourceList requests;
  bool restartable = false;  // of init containers: a sidecar (restartPolicy Always)
  // From status, where the kubelet reports them; an in-place resize makes them differ from
  // requests. They count for containers and sidecars; other init containers cannot be resized.
  std::optional<model::ResourceList> actuated;   // resources.requests
  std::optional<model::ResourceList> allocated;  // allocatedResources
};

struct PodResources {
  std::vector<ContainerResources> containers;
  std::vector<ContainerResources> init_containers;
  // spec.resources.requests; only cpu, memory and hugepages-* replace the sum of the containers.
  model::ResourceList pod_level;
  std::vector<model::ResourceId> pod_level_replaces;
  std::optional<model::ResourceList> pod_actuated;
  std::optional<model::ResourceList> pod_allocated;
  model::ResourceList overhead;
  bool resize_infeasible = false;  // condition PodResizePending, reason Infeasible
};

// No pod counts for more than this of anything, and no node has more: sums over the pods of a node
// then stay within 64 bits, however absurd each request is.
inline constexpr int64_t kMostOfOneResource = int64_t{1} << 53;
model::ResourceList Countable(const model::ResourceList& list);

// What a pending pod asks for: spec only. kPods = 1 included.
model::ResourceList PendingRequests(const PodResources& pod);
// What a pod on a node counts for: during a resize the larger of wanted, allocated and actuated.
model::ResourceList BoundRequests(const PodResources& pod);

}  // namespace tutti::objects
