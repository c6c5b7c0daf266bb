#include "annotation_grouping.h"

#include <algorithm>
#include <cstdint>

#include "marker_json.h"
#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr auto kPodRules =
    JoinRules(EitherRule("tutti.dev/gang", MarkerMeaning::kGang),
              EitherRule("tutti.dev/min-member", MarkerMeaning::kMinMember),
              kMaxMemberRules,
              std::array{AnnotationRule("tutti.dev/roles", MarkerMeaning::kRole)},
              EitherRule("tutti.dev/role", MarkerMeaning::kRole),
              EitherRule("tutti.dev/wait-timeout", MarkerMeaning::kWaitTimeout), kOurQueueRules);

// At least so many pods; what is needed of groups below groups is not added up.
bool WithinBounds(const std::vector<RoleMinimum>& roles) {
  int64_t sum = 0;
  for (const RoleMinimum& role : roles)
    sum += role.min_member + int64_t{std::max(role.min_groups, 0)} * role.group_size;
  return sum <= kMostMembers;
}

void SetRoles(std::string_view text, GangMembership& membership) {
  if (text.empty() || !membership.spec) return;
  std::optional<std::vector<RoleMinimum>> roles = ParseRoles(text);
  if (roles && WithinBounds(*roles)) {
    membership.spec->roles = *std::move(roles);
    return;
  }
  membership.spec.reset();
  membership.problem =
      Wrong("annotation tutti.dev/roles", text,
            "expected a JSON list of roles, each with a name of its own and numbers minMember, "
            "minSubGroup or subGroupSize, with at most 100000 pods in all; correct or remove it");
}

}  // namespace

std::optional<GangMembership> AnnotationGrouping::GroupOf(const PodView& pod) const {
  const std::string_view gang = Marker(pod, "tutti.dev/gang");
  if (gang.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = gang;
  membership.display_name = gang;
  membership.queue = QueueOf(pod);
  membership.role = Marker(pod, "tutti.dev/role");
  const std::string_view roles = pod.Annotation("tutti.dev/roles");
  const std::string_view min_member = Marker(pod, "tutti.dev/min-member");
  if (!min_member.empty() || roles.empty()) {
    SetMinMember("annotation tutti.dev/min-member", min_member, "set it on every pod of the gang",
                 membership);
  } else {
    membership.spec.emplace().min_member = 1;
  }
  SetMaxMember("annotation tutti.dev/max-member", Marker(pod, "tutti.dev/max-member"), membership);
  SetRoles(roles, membership);
  SetWaitTimeout("annotation tutti.dev/wait-timeout", Marker(pod, "tutti.dev/wait-timeout"),
                 membership);
  return membership;
}

std::span<const MarkerRule> AnnotationGrouping::PodMarkers() const { return kPodRules; }

}  // namespace tutti::gang
