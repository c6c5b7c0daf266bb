// SparkGrouping: the executors of a Spark application, by the markers of k8s-spark-scheduler.
//
//   label spark-app-id: which application
//   label spark-role: only "executor" is a member
//   annotation spark-executor-count: the size
//   annotations spark-dynamic-allocation-enabled: "true" and
//     spark-dynamic-allocation-min-executor-count: the size, in its place;
//     spark-dynamic-allocation-max-executor-count: how many may have a node at once
//
// The driver makes its executors when it runs, so it cannot wait for them: it starts alone, and its
// executors are a gang. They must carry the annotations themselves (Spark copies what is set as
// spark.kubernetes.executor.annotation.*); executors without are no gang. The application must ask
// for all of them at once: spark.kubernetes.allocation.batch.size not below the size. Not heeded:
// the counts on the driver, spark-{driver,executor}-{cpu,mem}.
#pragma once

#include "tutti/gang_grouping.h"

namespace tutti::gang {

class SparkGrouping final : public GangGrouping {
 public:
  std::string_view name() const override { return "spark"; }
  std::optional<GangMembership> GroupOf(const PodView& pod) const override;
  std::span<const MarkerRule> PodMarkers() const override;
};

}  // namespace tutti::gang
