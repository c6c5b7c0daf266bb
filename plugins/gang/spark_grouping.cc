#include "spark_grouping.h"

#include "marker_values.h"

namespace tutti::gang {

std::optional<GangMembership> SparkGrouping::GroupOf(const PodView& pod) const {
  const std::string_view application = pod.Label("spark-app-id");
  if (application.empty() || pod.Label("spark-role") != "executor") return std::nullopt;
  const bool dynamic = pod.Annotation("spark-dynamic-allocation-enabled") == "true";
  const std::string_view key =
      dynamic ? "spark-dynamic-allocation-min-executor-count" : "spark-executor-count";
  const std::string_view count = pod.Annotation(key);
  // A dynamic application may start with none.
  if (count.empty() || (dynamic && count == "0")) return std::nullopt;
  GangMembership membership;
  membership.identity = application;
  membership.display_name = application;
  membership.role = "executor";
  membership.queue = QueueOf(pod);
  SetMinMember("annotation " + std::string(key), count, "set it on every executor", membership);
  constexpr char kMost[] = "spark-dynamic-allocation-max-executor-count";
  if (dynamic) SetMaxMember(std::string("annotation ") + kMost, pod.Annotation(kMost), membership);
  return membership;
}

}  // namespace tutti::gang
