#include "kai_grouping.h"

#include "gang_objects.h"
#include "marker_values.h"
#include "sub_groups.h"

namespace tutti::gang {
namespace {

std::string At(int index) { return "/spec/subGroups/" + std::to_string(index); }

std::optional<int> ReadOptional(const ObjectView& object, const std::string& pointer,
                                GangObject& gang) {
  if (!object.Has(pointer)) return std::nullopt;
  return ReadCount(object, pointer, 0, 0, gang);
}

}  // namespace

std::vector<ObjectKind> KaiGrouping::Watches() const {
  return {{"scheduling.run.ai", {"v2alpha2"}, "podgroups"}};
}

std::optional<GangMembership> KaiGrouping::GroupOf(const PodView& pod) const {
  const std::string_view group = pod.Annotation("pod-group-name");
  if (group.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = group;
  membership.display_name = group;
  membership.role = pod.Label("kai.scheduler/subgroup-name");
  membership.queue = QueueOf(pod, pod.Label("kai.scheduler/queue"));
  return membership;
}

std::optional<GangObject> KaiGrouping::SpecOf(const ObjectView& object) const {
  GangObject gang = ReadPodGroup(object);
  std::vector<SubGroup> groups;
  for (int i = 0; object.Has(At(i)); ++i) {
    SubGroup& group = groups.emplace_back();
    group.name = object.String(At(i) + "/name").value_or("");
    group.parent = object.String(At(i) + "/parent").value_or("");
    group.min_member = ReadOptional(object, At(i) + "/minMember", gang);
    group.min_sub_groups = ReadOptional(object, At(i) + "/minSubGroup", gang);
  }
  const std::optional<int> min_sub_groups = ReadOptional(object, "/spec/minSubGroup", gang);
  const std::string wrong = SetSubGroups(groups, min_sub_groups, gang.spec);
  if (!wrong.empty() && gang.problem.empty())
    gang.problem = "PodGroup " + gang.display_name + ": " + wrong;
  return gang;
}

}  // namespace tutti::gang
