#include "pod_group_grouping.h"

#include "gang_objects.h"
#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr std::string_view kLightName = "pod-group.scheduling.sigs.k8s.io/name";

constexpr auto kPodRules = JoinRules(
    std::array{
        LabelRule("scheduling.x-k8s.io/pod-group", MarkerMeaning::kGang),
        LabelRule(kLightName, MarkerMeaning::kGang),
        MarkerRule{MarkerPlace::kLabel, "pod-group.scheduling.sigs.k8s.io/min-available",
                   MarkerMeaning::kMinMember, "the PodGroup that the pod names says the size",
                   "scheduling.x-k8s.io/pod-group", kLightName}},
    kOurQueueRules);

constexpr auto kObjectRules =
    JoinRules(kPodGroupRules,
              std::array{FieldRule("/spec/minResources", MarkerMeaning::kNothing, kPodsRequests)},
              kUnknownSpecRule);

}  // namespace

std::vector<ObjectKind> PodGroupGrouping::Watches() const {
  return {{"scheduling.x-k8s.io", {"v1alpha1"}, "podgroups"}};
}

std::optional<GangMembership> PodGroupGrouping::GroupOf(const PodView& pod) const {
  GangMembership membership;
  membership.queue = QueueOf(pod);
  if (const std::string_view group = pod.Label("scheduling.x-k8s.io/pod-group"); !group.empty()) {
    membership.identity = group;
    membership.display_name = group;
    return membership;
  }
  const std::string_view light = pod.Label("pod-group.scheduling.sigs.k8s.io/name");
  if (light.empty()) return std::nullopt;
  // A name of its own, so that it never meets a PodGroup object of the same name.
  membership.identity = "light/" + std::string(light);
  membership.display_name = light;
  SetMinMember("label pod-group.scheduling.sigs.k8s.io/min-available",
               pod.Label("pod-group.scheduling.sigs.k8s.io/min-available"), "set it on every pod",
               membership);
  return membership;
}

std::optional<GangObject> PodGroupGrouping::SpecOf(const ObjectView& object) const {
  return ReadPodGroup(object);
}

std::span<const MarkerRule> PodGroupGrouping::PodMarkers() const { return kPodRules; }

std::span<const MarkerRule> PodGroupGrouping::ObjectMarkers() const { return kObjectRules; }

}  // namespace tutti::gang
