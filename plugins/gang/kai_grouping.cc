#include "kai_grouping.h"

#include "gang_objects.h"
#include "marker_rules.h"
#include "marker_values.h"
#include "sub_groups.h"

namespace tutti::gang {
namespace {

constexpr auto kPodRules = JoinRules(
    std::array{AnnotationRule("pod-group-name", MarkerMeaning::kGang),
               LabelRule("kai.scheduler/subgroup-name", MarkerMeaning::kRole)},
    kOurQueueRules, std::array{LabelRule("kai.scheduler/queue", MarkerMeaning::kQueue)},
    EitherRule("kai.scheduler/batch-min-member", MarkerMeaning::kNothing,
               "the PodGroup says the size"),
    EitherRule("kai.scheduler/topology", MarkerMeaning::kNothing, kOurTopology),
    EitherRule("kai.scheduler/topology-required-placement", MarkerMeaning::kNothing, kOurTopology),
    EitherRule("kai.scheduler/topology-preferred-placement", MarkerMeaning::kNothing, kOurTopology),
    EitherRule("kai.scheduler/preemptibility", MarkerMeaning::kNothing, kOurPreemption),
    EitherRule("kai.scheduler/preemption-delay", MarkerMeaning::kNothing, kOurPreemption),
    EitherRule("kai.scheduler/staleness-grace-period", MarkerMeaning::kNothing, kOurMemberLost),
    EitherRule("kai.scheduler/node-pool", MarkerMeaning::kNothing,
               "the pods' own node selectors and affinities count"));

constexpr auto kObjectRules = JoinRules(
    kPodGroupRules,
    std::array{
        FieldRule("/spec/subGroups", MarkerMeaning::kRole),
        FieldRule("/spec/minSubGroup", MarkerMeaning::kRole),
        FieldRule("/spec/subGroups/*/topologyConstraint", MarkerMeaning::kNothing, kOurTopology),
        FieldRule("/spec/topologyConstraint", MarkerMeaning::kNothing, kOurTopology),
        FieldRule("/spec/priorityClassName", MarkerMeaning::kNothing, kPodsPriority),
        FieldRule("/spec/preemptibility", MarkerMeaning::kNothing, kOurPreemption),
        FieldRule("/spec/markUnschedulable", MarkerMeaning::kNothing,
                  "Tutti says why the gang waits in its events and conditions"),
        FieldRule("/spec/schedulingBackoff", MarkerMeaning::kNothing,
                  "a gang that cannot start backs off and is tried again")},
    kUnknownSpecRule);

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

std::span<const MarkerRule> KaiGrouping::PodMarkers() const { return kPodRules; }

std::span<const MarkerRule> KaiGrouping::ObjectMarkers() const { return kObjectRules; }

}  // namespace tutti::gang
