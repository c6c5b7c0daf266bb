#include "volcano_grouping.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "gang_objects.h"
#include "marker_values.h"

namespace tutti::gang {

namespace {

constexpr char kTask[] = "volcano.sh/task-spec";

// Back from what ObjectView::Keys gives.
std::string Unescaped(std::string_view key) {
  std::string text;
  for (size_t i = 0; i < key.size(); ++i) {
    const bool escape = key[i] == '~' && i + 1 < key.size();
    text += escape ? (key[++i] == '1' ? '/' : '~') : key[i];
  }
  return text;
}

// What the policy at `pointer` says of its groups. False: not for any task alone.
bool ReadPolicy(const ObjectView& object, const std::string& pointer, const std::string& number,
                GangObject& gang) {
  std::string role = object.String(pointer + "/name").value_or("");
  if (role.empty() || role.find('/') != std::string::npos) role = "policy-" + number;
  RoleRule rule;
  const std::string labels = pointer + "/labelSelector/matchLabels";
  for (const std::string& key : object.Keys(labels)) {
    rule.labels.emplace_back(Unescaped(key), object.String(labels + "/" + key).value_or(""));
    if (rule.labels.back().first == kTask) role = rule.labels.back().second + "/" + role;
  }
  for (int i = 0; object.Has(pointer + "/matchLabelKeys/" + std::to_string(i)); ++i) {
    rule.by.push_back(object.String(pointer + "/matchLabelKeys/" + std::to_string(i)).value_or(""));
  }
  const int groups = ReadCount(object, pointer + "/minSubGroups", 0, 0, gang);
  const int size = ReadCount(object, pointer + "/subGroupSize", 1, 1, gang);
  gang.spec.roles.push_back({role, 0, groups == 0 ? kNoGroups : groups, size});
  const bool of_task = role.find('/') != std::string::npos;
  // Without keys all that match are one group.
  rule.role = rule.by.empty() ? role + "/all" : role;
  gang.spec.rules.push_back(std::move(rule));
  return of_task;
}

// Of two policies for the same pods the first counts.
void AddGroups(const std::vector<RoleMinimum>& groups, GangObject& gang) {
  std::vector<RoleMinimum>& roles = gang.spec.roles;
  int64_t most = 0;
  for (const RoleMinimum& group : groups) {
    const bool known = std::any_of(roles.begin(), roles.end(), [&](const RoleMinimum& role) {
      return role.role == group.role;
    });
    if (known) continue;
    roles.push_back(group);
    most += int64_t{std::max(group.min_groups, 0)} * group.group_size;
  }
  std::sort(roles.begin(), roles.end(),
            [](const RoleMinimum& a, const RoleMinimum& b) { return a.role < b.role; });
  if (most <= kMostMembers || !gang.problem.empty()) return;
  gang.problem = "PodGroup " + gang.display_name +
                 ": its subGroupPolicy needs more than 100000 pods; expected at most that; "
                 "correct minSubGroups or subGroupSize";
}

}  // namespace

std::vector<ObjectKind> VolcanoGrouping::Watches() const {
  return {{"scheduling.volcano.sh", {"v1beta1"}, "podgroups"}};
}

std::optional<GangMembership> VolcanoGrouping::GroupOf(const PodView& pod) const {
  std::string_view group = pod.Annotation("scheduling.k8s.io/group-name");
  if (group.empty()) group = pod.Annotation("scheduling.volcano.sh/group-name");
  if (group.empty()) return std::nullopt;
  GangMembership membership;
  membership.identity = group;
  membership.display_name = group;
  membership.role = Marker(pod, kTask);
  for (const auto& [key, value] : pod.labels) membership.labels.emplace_back(key, value);
  std::sort(membership.labels.begin(), membership.labels.end());
  membership.queue = QueueOf(pod, pod.Annotation("scheduling.volcano.sh/queue-name"));
  return membership;
}

std::optional<GangObject> VolcanoGrouping::SpecOf(const ObjectView& object) const {
  GangObject gang = ReadPodGroup(object);
  bool tasks_count = true;
  for (int i = 0;; ++i) {
    const std::string number = std::to_string(i);
    const std::string pointer = "/spec/subGroupPolicy/" + number;
    if (!object.Has(pointer)) break;
    if (object.Has(pointer + "/labelSelector/matchExpressions/0")) continue;
    tasks_count = ReadPolicy(object, pointer, number, gang) && tasks_count;
  }
  const std::vector<RoleMinimum> groups = std::exchange(gang.spec.roles, {});
  RoleCounts tasks;
  int64_t sum = 0;
  for (const std::string& task : object.Keys("/spec/minTaskMember"))
    sum += tasks[task] = ReadCount(object, "/spec/minTaskMember/" + task, 0, 0, gang);
  if (sum <= gang.spec.min_member && tasks_count) SetRoles(tasks, gang.spec);
  AddGroups(groups, gang);
  return gang;
}

}  // namespace tutti::gang
