#include "volcano_grouping.h"

#include "gang_objects.h"
#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr auto kPodRules = JoinRules(
    std::array{AnnotationRule("scheduling.k8s.io/group-name", MarkerMeaning::kGang),
               AnnotationRule("scheduling.volcano.sh/group-name", MarkerMeaning::kGang)},
    EitherRule("volcano.sh/task-spec", MarkerMeaning::kRole), kOurQueueRules,
    std::array{AnnotationRule("scheduling.volcano.sh/queue-name", MarkerMeaning::kQueue),
               AnnotationRule("scheduling.volcano.sh/group-min-member", MarkerMeaning::kNothing,
                              "the PodGroup says the size")},
    EitherRule("volcano.sh/job-name", MarkerMeaning::kNothing, "the PodGroup is the gang"),
    EitherRule("volcano.sh/queue-name", MarkerMeaning::kNothing,
               "spec.queue of the PodGroup and scheduling.volcano.sh/queue-name are read"),
    EitherRule("volcano.sh/preemptable", MarkerMeaning::kNothing, kOurPreemption),
    EitherRule("volcano.sh/revocable-zone", MarkerMeaning::kNothing, kOurTopology),
    EitherRule("volcano.sh/numa-topology-policy", MarkerMeaning::kNothing, kOurTopology),
    EitherRule("volcano.sh/jdb-min-available", MarkerMeaning::kNothing, kOurPreemption),
    EitherRule("volcano.sh/jdb-max-unavailable", MarkerMeaning::kNothing, kOurPreemption));

constexpr auto kObjectRules = JoinRules(
    kPodGroupRules,
    std::array{FieldRule("/spec/minTaskMember", MarkerMeaning::kRole,
                         "it is more than minMember in all, so it does not count, as in Volcano"),
               FieldRule("/spec/minResources", MarkerMeaning::kNothing, kPodsRequests),
               FieldRule("/spec/priorityClassName", MarkerMeaning::kNothing, kPodsPriority),
               FieldRule("/spec/networkTopology", MarkerMeaning::kNothing, kOurTopology),
               FieldRule("/spec/subGroupPolicy", MarkerMeaning::kNothing,
                         "the members of a gang start together, not by subgroups")},
    kUnknownSpecRule);

}  // namespace

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

std::span<const MarkerRule> VolcanoGrouping::PodMarkers() const { return kPodRules; }

std::span<const MarkerRule> VolcanoGrouping::ObjectMarkers() const { return kObjectRules; }

}  // namespace tutti::gang
