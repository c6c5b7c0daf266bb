#include "annotation_grouping.h"

#include "marker_values.h"

namespace tutti::gang {
std::optional<GangMembership> AnnotationGrouping::GroupOf(const PodView& pod) const {
  const std::string_view gang = Marker(pod, "tutti.dev/gang");
  if (gang.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = gang;
  membership.display_name = gang;
  membership.queue = QueueOf(pod);
  const std::string_view count = Marker(pod, "tutti.dev/min-member");
  const std::optional<int> min_member = ParseMemberCount(count);
  if (!min_member) {
    membership.problem = Wrong("annotation tutti.dev/min-member", count,
                               "expected the number of pods to place together, 1 to 100000, in "
                               "quotes; set it on every pod of the gang");
    return membership;
  }
  GangSpec spec;
  spec.min_member = *min_member;
  if (const std::string_view wait = Marker(pod, "tutti.dev/wait-timeout"); !wait.empty()) {
    const std::optional<std::chrono::nanoseconds> timeout = ParseWait(wait);
    if (!timeout) {
      membership.problem = Wrong("annotation tutti.dev/wait-timeout", wait,
                                 "expected whole numbers with units such as 90s, 5m or 1h30m; "
                                 "correct or remove it");
      return membership;
    }
    spec.wait_timeout = *timeout;
  }
  membership.spec = spec;
  return membership;
}

}  // namespace tutti::gang
