#include "annotation_grouping.h"

#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr auto kPodRules =
    JoinRules(EitherRule("tutti.dev/gang", MarkerMeaning::kGang),
              EitherRule("tutti.dev/min-member", MarkerMeaning::kMinMember),
              EitherRule("tutti.dev/wait-timeout", MarkerMeaning::kWaitTimeout), kOurQueueRules);

}  // namespace

std::optional<GangMembership> AnnotationGrouping::GroupOf(const PodView& pod) const {
  const std::string_view gang = Marker(pod, "tutti.dev/gang");
  if (gang.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = gang;
  membership.display_name = gang;
  membership.queue = QueueOf(pod);
  SetMinMember("annotation tutti.dev/min-member", Marker(pod, "tutti.dev/min-member"),
               "set it on every pod of the gang", membership);
  SetWaitTimeout("annotation tutti.dev/wait-timeout", Marker(pod, "tutti.dev/wait-timeout"),
                 membership);
  return membership;
}

std::span<const MarkerRule> AnnotationGrouping::PodMarkers() const { return kPodRules; }

}  // namespace tutti::gang
