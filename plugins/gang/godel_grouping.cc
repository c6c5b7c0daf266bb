#include "godel_grouping.h"

#include "gang_objects.h"
#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr auto kPodRules = JoinRules(
    EitherRule("godel.bytedance.com/pod-group-name", MarkerMeaning::kGang), kOurQueueRules);

constexpr auto kObjectRules = JoinRules(
    kPodGroupRules,
    std::array{FieldRule("/spec/priorityClassName", MarkerMeaning::kNothing, kPodsPriority),
               FieldRule("/spec/affinity", MarkerMeaning::kNothing, kOurTopology),
               FieldRule("/spec/application", MarkerMeaning::kNothing,
                         "each PodGroup is a gang of its own")},
    kUnknownSpecRule);

}  // namespace

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

std::span<const MarkerRule> GodelGrouping::PodMarkers() const { return kPodRules; }

std::span<const MarkerRule> GodelGrouping::ObjectMarkers() const { return kObjectRules; }

}  // namespace tutti::gang
