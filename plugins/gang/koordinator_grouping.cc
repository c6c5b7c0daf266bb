#include "koordinator_grouping.h"

#include <set>

#include "gang_objects.h"
#include "marker_json.h"
#include "marker_rules.h"
#include "marker_values.h"

namespace tutti::gang {
namespace {

constexpr std::string_view kPodGroupLabel = "pod-group.scheduling.sigs.k8s.io";
constexpr std::string_view kPodGroupSays = "the PodGroup that the pod names has the say";

constexpr MarkerRule UnlessPodGroup(std::string_view key, MarkerMeaning meaning,
                                    std::string_view note = kPodGroupSays) {
  return {MarkerPlace::kAnnotation, key, meaning, note, kPodGroupLabel};
}

constexpr auto kModeRules = std::array{
    AnnotationRule("gang.scheduling.koordinator.sh/total-number", MarkerMeaning::kNothing,
                   "min-available alone is waited for"),
    AnnotationRule("gang.scheduling.koordinator.sh/mode", MarkerMeaning::kNothing,
                   "a gang never starts in part: NonStrict is as Strict"),
    AnnotationRule("gang.scheduling.koordinator.sh/match-policy", MarkerMeaning::kNothing,
                   "members count once they are placed, as with once-satisfied")};

constexpr auto kPodRules = JoinRules(
    std::array{
        LabelRule(kPodGroupLabel, MarkerMeaning::kGang),
        AnnotationRule("gang.scheduling.koordinator.sh/name", MarkerMeaning::kGang),
        UnlessPodGroup("gang.scheduling.koordinator.sh/min-available", MarkerMeaning::kMinMember),
        UnlessPodGroup("gang.scheduling.koordinator.sh/waiting-time", MarkerMeaning::kWaitTimeout),
        UnlessPodGroup("gang.scheduling.koordinator.sh/groups", MarkerMeaning::kOther,
                       "these gangs start together, where no PodGroup is named")},
    kOurQueueRules,
    std::array{LabelRule("quota.scheduling.koordinator.sh/name", MarkerMeaning::kQueue)},
    kModeRules);

constexpr auto kObjectRules = JoinRules(
    kPodGroupRules,
    std::array{AnnotationRule("gang.scheduling.koordinator.sh/groups", MarkerMeaning::kOther,
                              "of a PodGroup it must name no other gang")},
    kModeRules, std::array{FieldRule("/spec/minResources", MarkerMeaning::kNothing, kPodsRequests)},
    kUnknownSpecRule);

constexpr char kGroups[] = "annotation gang.scheduling.koordinator.sh/groups";

// The gangs that `text` bundles with `own`. nullopt: not a list of gangs of this namespace.
std::optional<std::set<std::string>> GangsOf(std::string_view text, std::string_view own,
                                             std::string_view namespace_name) {
  std::set<std::string> gangs = {std::string(own)};
  if (text.empty()) return gangs;
  const std::optional<std::vector<std::string>> names = ParseNames(text);
  if (!names) return std::nullopt;
  for (const std::string& name : *names) {
    const size_t slash = name.find('/');
    const bool said = slash != std::string::npos;
    if (said && std::string_view(name).substr(0, slash) != namespace_name) return std::nullopt;
    gangs.insert(said ? name.substr(slash + 1) : name);
  }
  return gangs;
}

// Each gang of the bundle is a role. Of the others only they know the size: one at least.
bool Bundle(const std::set<std::string>& gangs, GangMembership& membership) {
  membership.role = membership.identity;
  membership.identity = "groups/";
  for (const std::string& gang : gangs)
    membership.identity.append(gang == *gangs.begin() ? "" : ",").append(gang);
  membership.display_name = membership.identity.substr(membership.identity.find('/') + 1);
  RoleCounts roles;
  for (const std::string& gang : gangs)
    roles[gang] = gang == membership.role ? membership.spec->min_member : 1;
  return SetRoles(roles, *membership.spec);
}

void ReadAnnotations(const PodView& pod, GangMembership& membership) {
  SetMinMember("annotation gang.scheduling.koordinator.sh/min-available",
               pod.Annotation("gang.scheduling.koordinator.sh/min-available"),
               "set it on every pod of the gang", membership);
  SetWaitTimeout("annotation gang.scheduling.koordinator.sh/waiting-time",
                 pod.Annotation("gang.scheduling.koordinator.sh/waiting-time"), membership);
  if (!membership.spec) return;
  const std::string_view text = pod.Annotation("gang.scheduling.koordinator.sh/groups");
  const auto gangs = GangsOf(text, membership.identity, pod.namespace_name);
  if (!gangs || (gangs->size() > 1 && !Bundle(*gangs, membership))) {
    membership.spec.reset();
    membership.problem = Wrong(kGroups, text,
                               "expected a JSON list of gangs of the pod's own namespace, such as "
                               "[\"default/a\", \"default/b\"], with at most 100000 pods; correct "
                               "or remove it");
  }
}

}  // namespace

std::vector<ObjectKind> KoordinatorGrouping::Watches() const {
  return {{"scheduling.sigs.k8s.io", {"v1alpha1"}, "podgroups"}};
}

std::optional<GangMembership> KoordinatorGrouping::GroupOf(const PodView& pod) const {
  const std::string_view group = pod.Label("pod-group.scheduling.sigs.k8s.io");
  const std::string_view name =
      group.empty() ? pod.Annotation("gang.scheduling.koordinator.sh/name") : group;
  if (name.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = name;
  membership.display_name = name;
  membership.queue = QueueOf(pod, pod.Label("quota.scheduling.koordinator.sh/name"));
  if (group.empty()) ReadAnnotations(pod, membership);
  return membership;
}

std::optional<GangObject> KoordinatorGrouping::SpecOf(const ObjectView& object) const {
  GangObject gang = ReadPodGroup(object);
  const std::string text =
      object.String("/metadata/annotations/gang.scheduling.koordinator.sh~1groups").value_or("");
  const auto gangs =
      GangsOf(text, gang.identity, object.String("/metadata/namespace").value_or(""));
  if (!gangs || gangs->size() > 1) {
    gang.problem = "PodGroup " + gang.display_name + ": " +
                   Wrong(kGroups, text,
                         "expected no other gang, as a PodGroup's pods do not say with whom they "
                         "start; mark the pods by annotations in its place");
  }
  return gang;
}

std::span<const MarkerRule> KoordinatorGrouping::PodMarkers() const { return kPodRules; }

std::span<const MarkerRule> KoordinatorGrouping::ObjectMarkers() const { return kObjectRules; }

}  // namespace tutti::gang
