#include "godel_grouping.h"

#include "gang_objects.h"
#include "marker_values.h"

namespace tutti::gang {

std::vector<ObjectKind> GodelGrouping::Watches() const {
  return {{"scheduling.godel.kubewharf.io", {"v1alpha1"}, "podgroups"}};
}

std::optional<GangMembership> GodelGrouping::GroupOf(const PodView& pod) const {
  const std::string_view group = Marker(pod, "godel.bytedance.com/pod-group-name");
  if (group.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = group;
  membership.display_name = group;
  membership.queue = QueueOf(pod);
  return membership;
}

std::optional<GangObject> GodelGrouping::SpecOf(const ObjectView& object) const {
  return ReadPodGroup(object);
}

}  // namespace tutti::gang
