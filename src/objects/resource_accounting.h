// Resource accounting: what a pod counts for, by the rules of Kubernetes
// (component-helpers/resource PodRequests and the scheduler's PodInfo.CalculateResource).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/resource_list.h"

namespace tutti::objects {

struct ContainerResources {
  std::string name;
  model::ResourceList requests;
  bool restartable = false;  // of init containers: a sidecar (restartPolicy Always)
  // From status, where the kubelet reports an in-place resize; absent otherwise.
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

// What a pending pod asks for: spec only. kPods = 1 included.
model::ResourceList PendingRequests(const PodResources& pod);
// What a pod on a node counts for: during a resize the larger of wanted, allocated and actuated.
model::ResourceList BoundRequests(const PodResources& pod);

}  // namespace tutti::objects
