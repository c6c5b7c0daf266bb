// YunikornGrouping: the task groups of Apache YuniKorn, without its placeholder pods.
//
//   label yunikorn.apache.org/app-id, else the annotation of that name, else label applicationId,
//     else label spark-app-selector: which application is the gang
//   annotation yunikorn.apache.org/task-group-name: the role
//   annotation yunikorn.apache.org/task-groups: JSON list of {name, minMember}: the roles; their
//   sum
//     is the size. One pod of the application needs to carry it.
//   annotation yunikorn.apache.org/schedulingPolicyParameters: placeholderTimeoutInSeconds=N is how
//     long placed members wait
//   label yunikorn.apache.org/queue, else the annotation of that name, else label queue: the queue
//
// A pod with neither task-group-name nor task-groups is no member. A Spark driver is none either:
// it makes its executors when it runs, so it cannot wait for them; executors are members where they
// carry both annotations themselves, and of these only their own counts. Not heeded:
// gangSchedulingStyle (a gang that times out backs off and is tried again; it never starts in
// part), and all of a task group but name and minMember.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class YunikornGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "yunikorn"; }
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::span<const MarkerRule> PodMarkers() const override;
};

}  // namespace tutti::gang
