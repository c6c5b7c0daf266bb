#include "objects/resource_accounting.h"

#include <algorithm>

namespace tutti::objects {
namespace {

using model::ResourceList;

ResourceList Effective(const ResourceList& wanted, const std::optional<ResourceList>& actuated,
                       const std::optional<ResourceList>& allocated, bool infeasible) {
  if (!actuated && !allocated) return wanted;
  // A resize that cannot be done is not charged: the kubelet keeps what it has.
  ResourceList effective = infeasible ? ResourceList() : wanted;
  if (actuated) effective.RaiseTo(*actuated);
  if (allocated) effective.RaiseTo(*allocated);
  return effective;
}

template <class RequestsOf>
ResourceList Sum(const PodResources& pod, const RequestsOf& requests_of) {
  ResourceList total;
  for (const ContainerResources& container : pod.containers) total.Add(requests_of(container));
  ResourceList sidecars;
  ResourceList peak;
  for (const ContainerResources& container : pod.init_containers) {
    if (container.restartable) {
      sidecars.Add(requests_of(container));
      peak.RaiseTo(sidecars);
    } else {
      ResourceList use = container.requests;
      use.Add(sidecars);
      peak.RaiseTo(use);
    }
  }
  total.Add(sidecars);
  total.RaiseTo(peak);
  return total;
}

void ApplyPodLevel(const PodResources& pod, const ResourceList& level, ResourceList& total) {
  for (model::ResourceId resource : pod.pod_level_replaces)
    total.Set(resource, level.Get(resource));
}

}  // namespace

ResourceList Countable(const ResourceList& list) {
  ResourceList countable = list;
  for (const auto& [resource, amount] : list.entries())
    countable.Set(resource, std::min(amount, kMostOfOneResource));
  return countable;
}

ResourceList PendingRequests(const PodResources& pod) {
  ResourceList total = Sum(pod, [](const ContainerResources& c) { return c.requests; });
  ApplyPodLevel(pod, pod.pod_level, total);
  total.Add(pod.overhead);
  total.Set(model::kPods, 1);
  return Countable(total);
}

ResourceList BoundRequests(const PodResources& pod) {
  ResourceList total = Sum(pod, [&](const ContainerResources& c) {
    return Effective(c.requests, c.actuated, c.allocated, pod.resize_infeasible);
  });
  ApplyPodLevel(
      pod, Effective(pod.pod_level, pod.pod_actuated, pod.pod_allocated, pod.resize_infeasible),
      total);
  total.Add(pod.overhead);
  total.Set(model::kPods, 1);
  return Countable(total);
}

}  // namespace tutti::objects
