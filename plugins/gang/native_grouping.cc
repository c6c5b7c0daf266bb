#include "native_grouping.h"

#include "marker_values.h"

namespace tutti::gang {

std::vector<ObjectKind> NativeGrouping::Watches() const {
  return {{"scheduling.k8s.io", {"v1beta1", "v1alpha3", "v1alpha2"}, "podgroups"}};
}

std::optional<GangMembership> NativeGrouping::GroupOf(const PodView& pod) const {
  if (pod.scheduling_group.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = pod.scheduling_group;
  membership.display_name = pod.scheduling_group;
  membership.queue = QueueOf(pod);
  return membership;
}

std::optional<GangObject> NativeGrouping::SpecOf(const ObjectView& object) const {
  GangObject gang;
  gang.identity = object.String("/metadata/name").value_or("");
  gang.display_name = gang.identity;
  gang.queue = QueueOf(object);
  if (!object.Has("/spec/schedulingPolicy/gang")) {
    // Policy basic: its pods are scheduled one by one.
    gang.spec.min_member = 1;
    return gang;
  }
  const int64_t count = object.Integer("/spec/schedulingPolicy/gang/minCount").value_or(0);
  if (count < 1 || count > kMostMembers) {
    gang.problem = "PodGroup " + gang.display_name + ": spec.schedulingPolicy.gang.minCount is " +
                   std::to_string(count) + "; expected 1 to 100000; correct the PodGroup";
  }
  gang.spec.min_member = static_cast<int>(count);
  return gang;
}

}  // namespace tutti::gang
