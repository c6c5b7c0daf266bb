#include "gang_objects.h"

#include <algorithm>

#include "marker_values.h"

namespace tutti::gang {
namespace {

// "spec.minMember", of "/spec/minMember".
std::string FieldName(std::string pointer) {
  pointer.erase(0, 1);
  std::replace(pointer.begin(), pointer.end(), '/', '.');
  return pointer;
}

}  // namespace

int ReadCount(const ObjectView& object, const std::string& pointer, int least, int otherwise,
              GangObject& gang) {
  if (!object.Has(pointer)) return otherwise;
  const std::optional<int64_t> count = object.Integer(pointer);
  if (count && *count >= least && *count <= kMostMembers) return static_cast<int>(*count);
  const std::string kind = object.String("/kind").value_or("PodGroup");
  gang.problem = kind + " " + gang.display_name + ": " + FieldName(pointer) + " is " +
                 (count ? std::to_string(*count) : "no whole number") + "; expected " +
                 std::to_string(least) + " to 100000; correct the " + kind;
  return least;
}

void ReadMaxMember(const ObjectView& object, GangObject& gang, std::string_view metadata) {
  for (const char* kind : {"/annotations", "/labels"}) {
    const std::string pointer = std::string(metadata) + kind + "/tutti.dev~1max-member";
    const std::optional<std::string> value = object.String(pointer);
    if (!value || value->empty()) continue;
    const std::optional<int> most = ParseMemberCount(*value);
    if (most && *most >= gang.spec.min_member) {
      gang.spec.max_member = *most;
    } else if (gang.problem.empty()) {
      gang.problem = object.String("/kind").value_or("PodGroup") + " " + gang.display_name + ": " +
                     Wrong("tutti.dev/max-member", *value,
                           "expected a number in quotes, not below the " +
                               std::to_string(gang.spec.min_member) +
                               " that start together, to 100000; correct or remove it");
    }
    return;
  }
}

GangObject ReadPodGroup(const ObjectView& object) {
  GangObject gang;
  gang.identity = object.String("/metadata/name").value_or("");
  gang.display_name = gang.identity;
  gang.spec.min_member = ReadCount(object, "/spec/minMember", 1, 1, gang);
  const int64_t seconds = object.Integer("/spec/scheduleTimeoutSeconds").value_or(0);
  // Nanoseconds end at 292 years.
  if (seconds > 0) gang.spec.wait_timeout = std::min(std::chrono::seconds(seconds), kLongestWait);
  gang.queue = QueueOf(object, object.String("/spec/queue").value_or(""));
  ReadMaxMember(object, gang);
  return gang;
}

bool SetRoles(const RoleCounts& roles, GangSpec& spec) {
  int64_t sum = 0;
  for (const auto& [role, count] : roles) {
    if (count > kMostMembers - sum) return false;
    sum += count;
  }
  spec.roles.clear();
  for (const auto& [role, count] : roles) {
    if (count > 0) spec.roles.push_back({role, static_cast<int>(count)});
  }
  spec.min_member = std::max(spec.min_member, static_cast<int>(sum));
  return true;
}

}  // namespace tutti::gang
