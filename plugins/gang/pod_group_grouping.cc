#include "pod_group_grouping.h"

#include <algorithm>

#include "marker_values.h"

namespace tutti::gang {

std::vector<ObjectKind> PodGroupGrouping::Watches() const {
  return {{"scheduling.x-k8s.io", {"v1alpha1"}, "podgroups"}};
}

std::optional<GangMembership> PodGroupGrouping::GroupOf(const PodView& pod) const {
  GangMembership membership;
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
  const std::string_view count = pod.Label("pod-group.scheduling.sigs.k8s.io/min-available");
  if (const std::optional<int> min_member = ParseMemberCount(count)) {
    membership.spec.emplace().min_member = *min_member;
  } else {
    membership.problem = "label pod-group.scheduling.sigs.k8s.io/min-available is \"" +
                         std::string(count.substr(0, 32)) +
                         "\"; expected 1 to 100000; set it on every pod";
  }
  return membership;
}

std::optional<GangObject> PodGroupGrouping::SpecOf(const ObjectView& object) const {
  GangObject gang;
  gang.identity = object.String("/metadata/name").value_or("");
  gang.display_name = gang.identity;
  const int64_t count = object.Integer("/spec/minMember").value_or(1);
  if (count < 1 || count > kMostMembers) {
    gang.problem = "PodGroup " + gang.display_name + ": spec.minMember is " +
                   std::to_string(count) + "; expected 1 to 100000; correct the PodGroup";
  }
  gang.spec.min_member = static_cast<int>(count);
  const int64_t seconds = object.Integer("/spec/scheduleTimeoutSeconds").value_or(0);
  // Nanoseconds end at 292 years.
  if (seconds > 0) gang.spec.wait_timeout = std::min(std::chrono::seconds(seconds), kLongestWait);
  return gang;
}

}  // namespace tutti::gang
