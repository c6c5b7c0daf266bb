#include "kai_grouping.h"

#include <set>

#include "gang_objects.h"
#include "marker_rules.h"
#include "marker_values.h"

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
        FieldRule("/spec/minSubGroup", MarkerMeaning::kNothing, "all subgroups are needed"),
        FieldRule("/spec/subGroups/*/minSubGroup", MarkerMeaning::kNothing,
                  "all subgroups are needed"),
        FieldRule("/spec/subGroups/*/topologyConstraint", MarkerMeaning::kNothing, kOurTopology),
        FieldRule("/spec/topologyConstraint", MarkerMeaning::kNothing, kOurTopology),
        FieldRule("/spec/priorityClassName", MarkerMeaning::kNothing, kPodsPriority),
        FieldRule("/spec/preemptibility", MarkerMeaning::kNothing, kOurPreemption),
        FieldRule("/spec/markUnschedulable", MarkerMeaning::kNothing,
                  "Tutti says why the gang waits in its events and conditions"),
        FieldRule("/spec/schedulingBackoff", MarkerMeaning::kNothing,
                  "a gang that cannot start backs off and is tried again")},
    kUnknownSpecRule);

std::string SubGroup(int index) { return "/spec/subGroups/" + std::to_string(index); }

std::set<std::string> Parents(const ObjectView& object) {
  std::set<std::string> parents;
  for (int i = 0; object.Has(SubGroup(i)); ++i) {
    if (std::optional<std::string> parent = object.String(SubGroup(i) + "/parent"))
      parents.insert(*std::move(parent));
  }
  return parents;
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
  const std::set<std::string> parents = Parents(object);
  RoleCounts roles;
  for (int i = 0; object.Has(SubGroup(i)); ++i) {
    const std::string name = object.String(SubGroup(i) + "/name").value_or("");
    if (parents.contains(name)) continue;
    const int count = ReadCount(object, SubGroup(i) + "/minMember", 0, 1, gang);
    if (name.empty() || !roles.try_emplace(name, count).second) {
      gang.problem = "PodGroup " + gang.display_name + ": " +
                     Wrong("the name of a subgroup", name,
                           "expected a name that no other subgroup has; correct the PodGroup");
    }
  }
  if (!SetRoles(roles, gang.spec)) {
    gang.problem = "PodGroup " + gang.display_name +
                   ": its subgroups need more than 100000 pods; expected at most that; correct "
                   "their minMember";
  }
  return gang;
}

std::span<const MarkerRule> KaiGrouping::PodMarkers() const { return kPodRules; }

std::span<const MarkerRule> KaiGrouping::ObjectMarkers() const { return kObjectRules; }

}  // namespace tutti::gang
