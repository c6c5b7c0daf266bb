#include "spark_grouping.h"

#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr std::string_view kDynamic = "spark-dynamic-allocation-enabled=true";

constexpr auto kPodRules = JoinRules(
    std::array{
        LabelRule("spark-app-id", MarkerMeaning::kGang),
        LabelRule("spark-role", MarkerMeaning::kOther, "only executors are members"),
        AnnotationRule("spark-dynamic-allocation-enabled", MarkerMeaning::kOther,
                       "whether the least or the whole number of executors counts"),
        MarkerRule{MarkerPlace::kAnnotation,
                   "spark-dynamic-allocation-min-executor-count",
                   MarkerMeaning::kMinMember,
                   "it counts with spark-dynamic-allocation-enabled: \"true\"",
                   {},
                   kDynamic},
        MarkerRule{MarkerPlace::kAnnotation, "spark-executor-count", MarkerMeaning::kMinMember,
                   "spark-dynamic-allocation-min-executor-count counts in its place", kDynamic}},
    kOurQueueRules,
    std::array{
        MarkerRule{MarkerPlace::kAnnotation, "spark-dynamic-allocation-max-executor-count",
                   MarkerMeaning::kOther, kMaxMemberNote, {}, kDynamic},
        AnnotationRule("spark-driver-cpu", MarkerMeaning::kNothing, kPodsRequests),
        AnnotationRule("spark-driver-mem", MarkerMeaning::kNothing, kPodsRequests),
        AnnotationRule("spark-executor-cpu", MarkerMeaning::kNothing, kPodsRequests),
        AnnotationRule("spark-executor-mem", MarkerMeaning::kNothing, kPodsRequests)});

}  // namespace

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

std::span<const MarkerRule> SparkGrouping::PodMarkers() const { return kPodRules; }

}  // namespace tutti::gang
