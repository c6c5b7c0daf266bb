#include "armada_grouping.h"

#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr auto kPodRules = JoinRules(
    std::array{AnnotationRule("armadaproject.io/gangId", MarkerMeaning::kGang),
               AnnotationRule("armadaproject.io/gangCardinality", MarkerMeaning::kMinMember)},
    kOurQueueRules,
    std::array{AnnotationRule("armadaproject.io/gangNodeUniformityLabel", MarkerMeaning::kNothing,
                              kOurTopology),
               AnnotationRule("armadaproject.io/failFast", MarkerMeaning::kNothing,
                              "a gang that cannot start backs off and is tried again")});

}  // namespace

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

std::span<const MarkerRule> ArmadaGrouping::PodMarkers() const { return kPodRules; }

}  // namespace tutti::gang
