#include "job_grouping.h"

#include <algorithm>

#include "gang_objects.h"
#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr std::string_view kOptIn = "tutti.dev/gang-job";

constexpr auto kPodRules = JoinRules(
    std::array{
        AnnotationRule(kOptIn, MarkerMeaning::kOther, "whether the pods of the Job are a gang"),
        AnnotationRule("tutti.dev/min-member", MarkerMeaning::kMinMember)},
    kOurQueueRules);

constexpr std::string_view kMinMemberAt =
    "/spec/template/metadata/annotations/tutti.dev~1min-member";

constexpr std::array kObjectRules = {
    FieldRule("/spec/template/metadata/annotations/tutti.dev~1gang-job", MarkerMeaning::kOther,
              "whether the pods of the Job are a gang"),
    FieldRule(kMinMemberAt, MarkerMeaning::kMinMember),
    MarkerRule{MarkerPlace::kField, "/spec/parallelism", MarkerMeaning::kMinMember,
               "annotation tutti.dev/min-member says the size", kMinMemberAt},
    FieldRule("/spec/completions", MarkerMeaning::kOther, "the size is not more than that"),
    FieldRule("/spec/template/metadata/annotations/tutti.dev~1max-member", MarkerMeaning::kOther,
              kMaxMemberNote),
    FieldRule("/spec/template/metadata/labels/tutti.dev~1max-member", MarkerMeaning::kOther,
              kMaxMemberNote),
    FieldRule("/spec/template/metadata/annotations/tutti.dev~1queue", MarkerMeaning::kQueue),
    FieldRule("/spec/template/metadata/labels/tutti.dev~1queue", MarkerMeaning::kQueue)};

}  // namespace

std::vector<ObjectKind> JobGrouping::Watches() const { return {{"batch", {"v1"}, "jobs"}}; }

std::optional<GangMembership> JobGrouping::GroupOf(const PodView& pod) const {
  const OwnerReferenceView* owner = pod.Controller();
  if (owner == nullptr || owner->kind != "Job" || owner->api_version != "batch/v1")
    return std::nullopt;
  const std::string_view opt_in = pod.Annotation(kOptIn);
  if (opt_in == "false" || (!all_jobs_ && opt_in != "true")) return std::nullopt;
  GangMembership membership;
  membership.identity = owner->uid;
  membership.display_name = owner->name;
  membership.queue = QueueOf(pod);
  const std::string_view count = pod.Annotation("tutti.dev/min-member");
  if (count.empty()) return membership;
  SetMinMember("annotation tutti.dev/min-member", count, "correct the Job's pod template",
               membership);
  return membership;
}

std::optional<GangObject> JobGrouping::SpecOf(const ObjectView& object) const {
  const std::optional<std::string> opt_in =
      object.String("/spec/template/metadata/annotations/tutti.dev~1gang-job");
  if (opt_in == "false" || (!all_jobs_ && opt_in != "true")) return std::nullopt;
  GangObject gang;
  gang.identity = object.String("/metadata/uid").value_or("");
  gang.display_name = object.String("/metadata/name").value_or("");
  gang.queue = QueueOf(object, {}, "/spec/template/metadata");
  int64_t size = object.Integer("/spec/parallelism").value_or(1);
  if (const std::optional<int64_t> completions = object.Integer("/spec/completions")) {
    size = std::min(size, *completions);
  }
  const std::optional<std::string> override_size =
      object.String("/spec/template/metadata/annotations/tutti.dev~1min-member");
  if (override_size) {
    // The pods carry it too, and complain where it is wrong.
    if (const std::optional<int> min_member = ParseMemberCount(*override_size)) size = *min_member;
  }
  // Parallelism 0 is a paused Job: it has no pods, and its next ones come with a new size.
  gang.spec.min_member = static_cast<int>(std::clamp<int64_t>(size, 1, kMostMembers));
  ReadMaxMember(object, gang, "/spec/template/metadata");
  return gang;
}

std::span<const MarkerRule> JobGrouping::PodMarkers() const { return kPodRules; }

std::span<const MarkerRule> JobGrouping::ObjectMarkers() const { return kObjectRules; }

}  // namespace tutti::gang
