#include "native_grouping.h"

#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr auto kPodRules =
    JoinRules(std::array{FieldRule("/spec/schedulingGroup/podGroupName", MarkerMeaning::kGang)},
              kOurQueueRules);

constexpr auto kObjectRules = JoinRules(
    kOurQueueRules,
    std::array{
        FieldRule("/spec/schedulingPolicy/gang/minCount", MarkerMeaning::kMinMember),
        FieldRule("/spec/schedulingPolicy/basic", MarkerMeaning::kNothing,
                  "its pods are placed one by one, as those of no gang"),
        FieldRule("/spec/schedulingPolicy/*", MarkerMeaning::kNothing, "Tutti knows no such field"),
        FieldRule("/spec/schedulingConstraints", MarkerMeaning::kNothing, kOurTopology),
        FieldRule("/spec/disruptionMode", MarkerMeaning::kNothing, kOurMemberLost),
        FieldRule("/spec/priorityClassName", MarkerMeaning::kNothing, kPodsPriority),
        FieldRule("/spec/parentCompositePodGroupName", MarkerMeaning::kNothing,
                  "each PodGroup is a gang of its own"),
        FieldRule("/spec/podGroupTemplateRef", MarkerMeaning::kNothing,
                  "what the PodGroup itself says counts")},
    kUnknownSpecRule);

}  // namespace

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

std::span<const MarkerRule> NativeGrouping::PodMarkers() const { return kPodRules; }

std::span<const MarkerRule> NativeGrouping::ObjectMarkers() const { return kObjectRules; }

}  // namespace tutti::gang
