#include "armada_grouping.h"

#include "marker_values.h"

namespace tutti::gang {

std::optional<GangMembership> ArmadaGrouping::GroupOf(const PodView& pod) const {
  const std::string_view gang = pod.Annotation("armadaproject.io/gangId");
  if (gang.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = gang;
  membership.display_name = gang;
  membership.queue = QueueOf(pod);
  SetMinMember("annotation armadaproject.io/gangCardinality",
               pod.Annotation("armadaproject.io/gangCardinality"),
               "set it on every job of the gang", membership);
  return membership;
}

}  // namespace tutti::gang
