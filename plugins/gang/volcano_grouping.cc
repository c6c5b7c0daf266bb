#include "volcano_grouping.h"

#include "gang_objects.h"
#include "marker_values.h"

namespace tutti::gang {

std::vector<ObjectKind> VolcanoGrouping::Watches() const {
  return {{"scheduling.volcano.sh", {"v1beta1"}, "podgroups"}};
}

std::optional<GangMembership> VolcanoGrouping::GroupOf(const PodView& pod) const {
  std::string_view group = pod.Annotation("scheduling.k8s.io/group-name");
  if (group.empty()) group = pod.Annotation("scheduling.volcano.sh/group-name");
  if (group.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = group;
  membership.display_name = group;
  membership.role = Marker(pod, "volcano.sh/task-spec");
  membership.queue = QueueOf(pod, pod.Annotation("scheduling.volcano.sh/queue-name"));
  return membership;
}

std::optional<GangObject> VolcanoGrouping::SpecOf(const ObjectView& object) const {
  GangObject gang = ReadPodGroup(object);
  RoleCounts roles;
  int64_t sum = 0;
  for (const std::string& task : object.Keys("/spec/minTaskMember"))
    sum += roles[task] = ReadCount(object, "/spec/minTaskMember/" + task, 0, 0, gang);
  if (sum <= gang.spec.min_member) SetRoles(roles, gang.spec);
  return gang;
}

}  // namespace tutti::gang
