#include "yunikorn_grouping.h"

#include <algorithm>

#include "gang_objects.h"
#include "marker_json.h"
#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr auto kPodRules = JoinRules(
    std::array{LabelRule("yunikorn.apache.org/app-id", MarkerMeaning::kGang),
               AnnotationRule("yunikorn.apache.org/app-id", MarkerMeaning::kGang),
               LabelRule("applicationId", MarkerMeaning::kGang),
               LabelRule("spark-app-selector", MarkerMeaning::kGang),
               AnnotationRule("yunikorn.apache.org/task-group-name", MarkerMeaning::kRole),
               AnnotationRule("yunikorn.apache.org/task-groups", MarkerMeaning::kMinMember),
               MarkerRule{MarkerPlace::kAnnotation,
                          "yunikorn.apache.org/schedulingPolicyParameters",
                          MarkerMeaning::kWaitTimeout,
                          "of it placeholderTimeoutInSeconds is taken, where the pod carries "
                          "task-groups; whatever its style, a gang never starts in part",
                          {},
                          "yunikorn.apache.org/task-groups"},
               LabelRule("spark-role", MarkerMeaning::kOther,
                         "drivers start alone, executors count as their own task group")},
    kOurQueueRules,
    std::array{LabelRule("yunikorn.apache.org/queue", MarkerMeaning::kQueue),
               AnnotationRule("yunikorn.apache.org/queue", MarkerMeaning::kQueue),
               LabelRule("queue", MarkerMeaning::kQueue),
               AnnotationRule("yunikorn.apache.org/user.info", MarkerMeaning::kNothing,
                              "label tutti.dev/user says whose the pods are")});

std::string_view LabelOrAnnotation(const PodView& pod, std::string_view key) {
  const std::string_view label = pod.Label(key);
  return label.empty() ? pod.Annotation(key) : label;
}

std::string_view ApplicationOf(const PodView& pod) {
  std::string_view id = LabelOrAnnotation(pod, "yunikorn.apache.org/app-id");
  if (id.empty()) id = pod.Label("applicationId");
  return id.empty() ? pod.Label("spark-app-selector") : id;
}

// `only`: the one group that counts; empty: all.
void ReadTaskGroups(std::string_view text, std::string_view only, GangMembership& membership) {
  std::optional<RoleCounts> groups = ParseCounts(text, "minMember");
  if (groups && !only.empty())
    std::erase_if(*groups, [&](const auto& group) { return group.first != only; });
  GangSpec spec;
  spec.min_member = 1;
  if (groups && SetRoles(*groups, spec)) {
    membership.spec = std::move(spec);
  } else {
    membership.problem =
        Wrong("annotation yunikorn.apache.org/task-groups", text,
              "expected a JSON list of groups, each with a name of its own and a number minMember, "
              "with at most 100000 pods in all; correct it");
  }
}

void ReadParameters(std::string_view text, GangMembership& membership) {
  constexpr std::string_view kTimeout = "placeholderTimeoutInSeconds=";
  while (!text.empty()) {
    const std::string_view parameter = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(parameter.size() + 1, text.size()));
    if (!parameter.starts_with(kTimeout)) continue;
    const std::string_view seconds = parameter.substr(kTimeout.size());
    if (const auto timeout = ParseWait(std::string(seconds) + "s")) {
      if (membership.spec) membership.spec->wait_timeout = *timeout;
    } else {
      membership.spec.reset();
      membership.problem = Wrong(
          "placeholderTimeoutInSeconds in annotation yunikorn.apache.org/"
          "schedulingPolicyParameters",
          seconds, "expected 1 to 2592000 seconds; correct or remove it");
    }
  }
}

}  // namespace

std::optional<GangMembership> YunikornGrouping::GroupOf(const PodView& pod) const {
  const std::string_view application = ApplicationOf(pod);
  const std::string_view role = pod.Annotation("yunikorn.apache.org/task-group-name");
  const std::string_view groups = pod.Annotation("yunikorn.apache.org/task-groups");
  const std::string_view spark_role = pod.Label("spark-role");
  if (application.empty() || (role.empty() && groups.empty())) return std::nullopt;
  if (spark_role == "driver" || (!spark_role.empty() && (role.empty() || groups.empty())))
    return std::nullopt;
  GangMembership membership;
  membership.identity = application;
  membership.display_name = application;
  membership.role = role;
  const std::string_view queue = LabelOrAnnotation(pod, "yunikorn.apache.org/queue");
  membership.queue = QueueOf(pod, queue.empty() ? pod.Label("queue") : queue);
  if (!groups.empty())
    ReadTaskGroups(groups, spark_role.empty() ? std::string_view() : role, membership);
  ReadParameters(pod.Annotation("yunikorn.apache.org/schedulingPolicyParameters"), membership);
  return membership;
}

std::span<const MarkerRule> YunikornGrouping::PodMarkers() const { return kPodRules; }

}  // namespace tutti::gang
