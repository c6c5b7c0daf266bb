// AnnotationGrouping: gangs marked by Tutti's own annotations (or labels) on the pods.
//
//   tutti.dev/gang: NAME             which gang, within the namespace
//   tutti.dev/min-member: "N"        how many members must be placed together, 1..100000
//   tutti.dev/max-member: "N"        optional: how many may have a node at once
//   tutti.dev/role: ROLE             optional: what the pod is ("driver"), or a path ("workers/7")
//   tutti.dev/roles: JSON            optional, an annotation: how many of which role are needed, as
//                                    ParseRoles reads it; tutti.dev/min-member may be left out then
//   tutti.dev/wait-timeout: "90s"    optional: how long placed members wait for missing ones
//   tutti.dev/queue: NAME            optional: the queue the gang is in
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class AnnotationGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "annotations"; }
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::span<const MarkerRule> PodMarkers() const override;
};

}  // namespace tutti::gang
