#include "annotation_grouping.h"

#include <string>

#include "marker_values.h"

namespace tutti::gang {
namespace {

std::string_view Marker(const PodView& pod, std::string_view key) {
  const std::string_view annotation = pod.Annotation(key);
  return annotation.empty() ? pod.Label(key) : annotation;
}

}  // namespace

std::optional<GangMembership> AnnotationGrouping::GroupOf(const PodView& pod) const {
  const std::string_view gang = Marker(pod, "tutti.dev/gang");
  if (gang.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = gang;
  membership.display_name = gang;
  const std::string_view count = Marker(pod, "tutti.dev/min-member");
  const std::optional<int> min_member = ParseMemberCount(count);
  if (!min_member) {
    membership.problem =
        "annotation tutti.dev/min-member is \"" + std::string(count.substr(0, 32)) +
        "\"; expected the number of pods to place together, 1 to 100000, in quotes; set it on "
        "every pod of the gang";
    return membership;
  }
  GangSpec spec;
  spec.min_member = *min_member;
  if (const std::string_view wait = Marker(pod, "tutti.dev/wait-timeout"); !wait.empty()) {
    const std::optional<std::chrono::nanoseconds> timeout = ParseWait(wait);
    if (!timeout) {
      membership.problem =
          "annotation tutti.dev/wait-timeout is \"" + std::string(wait.substr(0, 32)) +
          "\"; expected a whole number with a unit such as 90s, 5m or 1h; correct or remove it";
      return membership;
    }
    spec.wait_timeout = *timeout;
  }
  membership.spec = spec;
  return membership;
}

}  // namespace tutti::gang
