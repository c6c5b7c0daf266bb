#include "owner_grouping.h"

#include <algorithm>
#include <utility>

#include "gang_objects.h"
#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr std::string_view kFewer = "runPolicy.schedulingPolicy.minAvailable asks for fewer pods";

// What controllers write they write of every gang: it contradicts nobody's markers.
constexpr auto kPodRules = JoinRules(
    std::array{
        AnnotationRule("tutti.dev/gang-job", MarkerMeaning::kOther, "\"false\" keeps a pod out"),
        LabelRule("jobset.sigs.k8s.io/jobset-name", MarkerMeaning::kOther, "names the gang"),
        LabelRule("jobset.sigs.k8s.io/replicatedjob-name", MarkerMeaning::kRole),
        LabelRule("leaderworkerset.sigs.k8s.io/name", MarkerMeaning::kOther, "names the gang"),
        LabelRule("leaderworkerset.sigs.k8s.io/group-index", MarkerMeaning::kOther,
                  "names the gang"),
        AnnotationRule("leaderworkerset.sigs.k8s.io/size", MarkerMeaning::kMinMember),
        AnnotationRule("leaderworkerset.sigs.k8s.io/exclusive-topology", MarkerMeaning::kOther,
                       "such pods are no members"),
        AnnotationRule("leaderworkerset.sigs.k8s.io/subgroup-size", MarkerMeaning::kNothing,
                       "the group starts as a whole"),
        LabelRule("training.kubeflow.org/replica-type", MarkerMeaning::kRole),
        LabelRule("ray.io/group", MarkerMeaning::kRole)},
    kOurQueueRules);

constexpr auto kObjectRules = JoinRules(
    kOurQueueRules,
    std::array{
        FieldRule("/spec/replicatedJobs", MarkerMeaning::kRole),
        FieldRule("/spec/startupPolicy/startupPolicyOrder", MarkerMeaning::kOther,
                  "what starts later is not waited for"),
        FieldRule("/spec/tfReplicaSpecs", MarkerMeaning::kRole, kFewer),
        FieldRule("/spec/pytorchReplicaSpecs", MarkerMeaning::kRole, kFewer),
        FieldRule("/spec/xgbReplicaSpecs", MarkerMeaning::kRole, kFewer),
        FieldRule("/spec/jaxReplicaSpecs", MarkerMeaning::kRole, kFewer),
        FieldRule("/spec/paddleReplicaSpecs", MarkerMeaning::kRole, kFewer),
        FieldRule("/spec/mpiReplicaSpecs", MarkerMeaning::kRole),
        FieldRule("/spec/runPolicy/schedulingPolicy/minAvailable", MarkerMeaning::kMinMember),
        FieldRule("/spec/headGroupSpec", MarkerMeaning::kRole),
        FieldRule("/spec/workerGroupSpecs", MarkerMeaning::kRole),
        FieldRule("/spec/enableInTreeAutoscaling", MarkerMeaning::kOther,
                  "with it minReplicas counts"),
        FieldRule("/spec/runPolicy/schedulingPolicy/queue", MarkerMeaning::kNothing,
                  "annotation or label tutti.dev/queue names the queue"),
        FieldRule("/spec/runPolicy/schedulingPolicy/priorityClass", MarkerMeaning::kNothing,
                  kPodsPriority),
        FieldRule("/spec/runPolicy/schedulingPolicy/minResources", MarkerMeaning::kNothing,
                  kPodsRequests),
        FieldRule("/spec/runPolicy/schedulingPolicy/scheduleTimeoutSeconds",
                  MarkerMeaning::kNothing, "the configured time to wait counts"),
        FieldRule("/spec/elasticPolicy", MarkerMeaning::kNothing,
                  "all replicas are waited for, or as many as minAvailable asks for")});

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

// "v1" and the like are of no group that has a rule.
bool IsOfKind(const OwnerRule& rule, std::string_view api_version, std::string_view kind) {
  const std::string_view group = rule.kind.group;
  return kind == rule.kind_name && api_version.starts_with(group) &&
         api_version.substr(group.size()).starts_with('/');
}

// Where the pods name their owner, so that owners of two kinds never meet.
std::string IdentityByName(const OwnerRule& rule, std::string_view name) {
  return rule.kind.resource + "/" + std::string(name);
}

std::string ValueAt(const ObjectView& object, std::string_view pointer) {
  if (const std::optional<bool> flag = object.Boolean(pointer)) return *flag ? "true" : "false";
  return object.String(pointer).value_or("");
}

std::vector<std::string> PartsOf(const ObjectView& object, std::string_view parts) {
  std::vector<std::string> found;
  if (!parts.ends_with("/*")) {
    if (object.Has(parts)) found.emplace_back(parts);
    return found;
  }
  const std::string prefix(parts.substr(0, parts.size() - 1));
  for (const std::string& key : object.Keys(parts.substr(0, parts.size() - 2)))
    found.push_back(prefix + key);
  if (!found.empty()) return found;
  for (int i = 0; object.Has(prefix + std::to_string(i)); ++i)
    found.push_back(prefix + std::to_string(i));
  return found;
}

std::string RoleOf(const ObjectView& object, const RoleRule& rule, const std::string& part) {
  if (!rule.role.empty()) return std::string(rule.role);
  if (rule.role_at.empty()) return Lower(part.substr(part.rfind('/') + 1));
  return Lower(object.String(part + std::string(rule.role_at)).value_or(""));
}

int64_t PodsOf(const ObjectView& object, const RoleRule& rule, const std::string& part,
               GangObject& gang) {
  int64_t pods = 1;
  for (const CountFactor& factor : rule.factors) {
    int64_t count = ReadCount(object, part + std::string(factor.at), 0, factor.otherwise, gang);
    if (!factor.at_most.empty()) {
      const auto bound = object.Integer(part + std::string(factor.at_most));
      count = std::min(count, std::max<int64_t>(bound.value_or(count), 0));
    }
    // Past what any gang may have, more makes no difference.
    pods = std::min<int64_t>(pods * count, kMostMembers + 1);
  }
  return pods;
}

RoleCounts RolesOf(const ObjectView& object, const OwnerRule& owner, GangObject& gang) {
  RoleCounts roles;
  for (const RoleRule& rule : owner.roles) {
    if (!rule.field.empty() && (ValueAt(object, rule.field) == rule.value) != rule.equal) continue;
    for (const std::string& part : PartsOf(object, rule.parts)) {
      const std::string unless = part + std::string(rule.unless);
      if (!rule.unless.empty() && object.Has(unless) && object.Boolean(unless) != false) continue;
      roles[RoleOf(object, rule, part)] += PodsOf(object, rule, part, gang);
    }
  }
  return roles;
}

}  // namespace

OwnerGrouping::OwnerGrouping(std::vector<OwnerRule> rules) : rules_(std::move(rules)) {}

std::vector<ObjectKind> OwnerGrouping::Watches() const {
  std::vector<ObjectKind> kinds;
  for (const OwnerRule& rule : rules_) {
    if (rule.size_annotation.empty()) kinds.push_back(rule.kind);
  }
  return kinds;
}

std::optional<GangMembership> OwnerGrouping::GroupOf(const PodView& pod) const {
  if (pod.Annotation("tutti.dev/gang-job") == "false") return std::nullopt;
  for (const OwnerRule& rule : rules_) {
    GangMembership membership;
    if (!rule.name_label.empty()) {
      membership.display_name = pod.Label(rule.name_label);
      if (membership.display_name.empty()) continue;
      if (!rule.index_label.empty())
        membership.display_name.append("-").append(pod.Label(rule.index_label));
      membership.identity = IdentityByName(rule, membership.display_name);
    } else {
      const OwnerReferenceView* owner = pod.Controller();
      if (owner == nullptr || !IsOfKind(rule, owner->api_version, owner->kind)) continue;
      membership.display_name = owner->name;
      membership.identity = owner->uid;
    }
    if (!rule.unless_annotation.empty() && !pod.Annotation(rule.unless_annotation).empty())
      return std::nullopt;
    membership.queue = QueueOf(pod);
    if (!rule.role_label.empty()) membership.role = Lower(std::string(pod.Label(rule.role_label)));
    if (!rule.size_annotation.empty()) {
      SetMinMember("annotation " + std::string(rule.size_annotation),
                   pod.Annotation(rule.size_annotation), "its controller writes it", membership);
    }
    return membership;
  }
  return std::nullopt;
}

std::optional<GangObject> OwnerGrouping::SpecOf(const ObjectView& object) const {
  const std::string api_version = object.String("/apiVersion").value_or("");
  const std::string kind = object.String("/kind").value_or("");
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const OwnerRule& of) {
    return of.size_annotation.empty() && IsOfKind(of, api_version, kind);
  });
  if (rule == rules_.end()) return std::nullopt;
  GangObject gang;
  gang.display_name = object.String("/metadata/name").value_or("");
  gang.identity = rule->name_label.empty() ? object.String("/metadata/uid").value_or("")
                                           : IdentityByName(*rule, gang.display_name);
  gang.queue = QueueOf(object);
  gang.spec.min_member = 1;
  if (!SetRoles(RolesOf(object, *rule, gang), gang.spec)) {
    gang.problem = kind + " " + gang.display_name +
                   " asks for more than 100000 pods; expected at most that; ask for fewer, or keep "
                   "its pods out by the annotation tutti.dev/gang-job: \"false\"";
    return gang;
  }
  if (rule->min_member.empty()) return gang;
  const int all = gang.spec.min_member;
  const int least = ReadCount(object, std::string(rule->min_member), 1, all, gang);
  if (least >= all) return gang;
  gang.spec.roles.clear();
  gang.spec.min_member = least;
  return gang;
}

std::span<const MarkerRule> OwnerGrouping::PodMarkers() const { return kPodRules; }

std::span<const MarkerRule> OwnerGrouping::ObjectMarkers() const { return kObjectRules; }

}  // namespace tutti::gang
