#include "native_grouping.h"

#include "gang_objects.h"
#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr auto kPodRules =
    JoinRules(std::array{FieldRule("/spec/schedulingGroup/podGroupName", MarkerMeaning::kGang)},
              kOurQueueRules);

constexpr auto kObjectRules = JoinRules(
    kOurQueueRules, kMaxMemberRules,
    std::array{
        FieldRule("/spec/schedulingPolicy/gang/minCount", MarkerMeaning::kMinMember),
        FieldRule("/spec/schedulingPolicy/basic", MarkerMeaning::kNothing,
                  "its pods are placed one by one, as those of no gang"),
        FieldRule("/spec/schedulingPolicy/*", MarkerMeaning::kNothing, "Tutti knows no such field"),
        FieldRule("/spec/schedulingConstraints", MarkerMeaning::kNothing, kOurTopology),
        FieldRule("/spec/disruptionMode", MarkerMeaning::kNothing, kOurMemberLost),
        FieldRule("/spec/priorityClassName", MarkerMeaning::kNothing, kPodsPriority),
        FieldRule("/spec/schedulingPolicy/gang/minGroupCount", MarkerMeaning::kRole),
        FieldRule("/spec/parentCompositePodGroupName", MarkerMeaning::kGang),
        FieldRule("/spec/podGroupTemplateRef", MarkerMeaning::kNothing,
                  "what the PodGroup itself says counts")},
    kUnknownSpecRule);

// Not to be taken for that of a PodGroup of the same name.
std::string CompositeIdentity(const std::string& name) { return "composite/" + name; }

std::optional<std::string> ParentOf(const ObjectView& object) {
  std::optional<std::string> parent = object.String("/spec/parentCompositePodGroupName");
  if (!parent || parent->empty()) return std::nullopt;
  return CompositeIdentity(*parent);
}

void ReadComposite(const ObjectView& object, GangObject& gang) {
  gang.identity = CompositeIdentity(gang.display_name);
  gang.parent = ParentOf(object).value_or("");
  gang.spec.min_member = 1;
  int groups = kNoGroups;
  if (object.Has("/spec/schedulingPolicy/gang"))
    groups = ReadCount(object, "/spec/schedulingPolicy/gang/minGroupCount", 1, 1, gang);
  gang.spec.roles = {{{}, 0, groups, 0}};
  ReadMaxMember(object, gang);
}

}  // namespace

std::vector<ObjectKind> NativeGrouping::Watches() const {
  return {{"scheduling.k8s.io", {"v1beta1", "v1alpha3", "v1alpha2"}, "podgroups"},
          {"scheduling.k8s.io", {"v1alpha3"}, "compositepodgroups"}};
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
  gang.display_name = object.String("/metadata/name").value_or("");
  gang.queue = QueueOf(object);
  if (object.String("/kind") == "CompositePodGroup") {
    ReadComposite(object, gang);
    return gang;
  }
  gang.identity = gang.display_name;
  gang.parent = ParentOf(object);
  if (!object.Has("/spec/schedulingPolicy/gang")) {
    // Policy basic: its pods are scheduled one by one.
    gang.spec.min_member = 1;
    ReadMaxMember(object, gang);
    return gang;
  }
  const int64_t count = object.Integer("/spec/schedulingPolicy/gang/minCount").value_or(0);
  if (count < 1 || count > kMostMembers) {
    gang.problem = "PodGroup " + gang.display_name + ": spec.schedulingPolicy.gang.minCount is " +
                   std::to_string(count) + "; expected 1 to 100000; correct the PodGroup";
  }
  gang.spec.min_member = static_cast<int>(count);
  ReadMaxMember(object, gang);
  return gang;
}

std::span<const MarkerRule> NativeGrouping::PodMarkers() const { return kPodRules; }

std::span<const MarkerRule> NativeGrouping::ObjectMarkers() const { return kObjectRules; }

}  // namespace tutti::gang
