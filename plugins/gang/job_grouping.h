// JobGrouping: the pods of a batch/v1 Job, Indexed or not, found by their controller.
//
// A Job is a gang where its pods carry the annotation tutti.dev/gang-job: "true", or all Jobs are
// by configuration. The size is the annotation tutti.dev/min-member, else the Job's parallelism
// (not more than its completions), the queue is what tutti.dev/queue says, too. The gang is known
// by the Job's uid, so a Job of the same name made later is another gang.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class JobGrouping final : public GangGrouping {
 public:
  explicit JobGrouping(bool all_jobs) : all_jobs_(all_jobs) {}

  std::string_view name() const override { return "job"; }
  std::vector<ObjectKind> Watches() const override;
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::optional<GangObject> SpecOf(const ObjectView& object) const override;
  std::span<const MarkerRule> PodMarkers() const override;
  std::span<const MarkerRule> ObjectMarkers() const override;

 private:
  const bool all_jobs_;
};

}  // namespace tutti::gang
