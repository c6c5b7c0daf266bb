#include "planner/start_order.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_format.h"

namespace tutti::planner {

bool IsOfRole(const std::string& path, const std::string& role) {
  return ("/" + path + "/").find("/" + role + "/") != std::string::npos;
}

std::optional<StartOrder::Waits> StartOrder::For(const Member& member) {
  for (const std::string& role : member.pod->gang->start_after) {
    auto known = known_.find(role);
    if (known == known_.end()) known = known_.emplace(role, Look(role)).first;
    if (known->second.have < known->second.need) return known->second;
  }
  return std::nullopt;
}

StartOrder::Waits StartOrder::Look(const std::string& role) const {
  Waits waits{role, 0, 0};
  int64_t there = 0;
  for (const auto& [uid, member] : gang_.members) {
    if (member.state == Member::State::kWaiting || member.state == Member::State::kLeaving)
      continue;
    if (!IsOfRole(gang_.RoleOf(*member.pod), role)) continue;
    ++there;
    waits.have += member.state == Member::State::kBound && member.pod->ready ? 1 : 0;
  }
  gang_.VisitFinished([&](const model::PodInfo& pod) {
    const int done = IsOfRole(gang_.RoleOf(pod), role) ? 1 : 0;
    there += done;
    waits.have += done;
  });
  int64_t least = 0;
  for (const RoleMinimum& of : gang_.roles()) {
    if (of.role == role || of.role.ends_with("/" + role)) least += of.min_member;
  }
  waits.need = std::max<int64_t>(least > 0 ? least : there, 1);
  return waits;
}

std::string WrongOrder(const Gang& gang, std::span<Member* const> first, std::string& missing) {
  std::map<std::string, std::set<std::string>> after;  // by role
  const auto add = [&](const Member& member) {
    const std::vector<std::string>& roles = member.pod->gang->start_after;
    after[gang.RoleOf(*member.pod)].insert(roles.begin(), roles.end());
  };
  for (const auto& [uid, member] : gang.members) {
    if (member.state != Member::State::kWaiting && member.state != Member::State::kLeaving)
      add(member);
  }
  for (const Member* member : first) add(*member);
  gang.VisitFinished([&](const model::PodInfo& pod) { after[gang.RoleOf(pod)]; });
  const auto is_there = [&](const std::string& role) {
    return std::any_of(after.begin(), after.end(),
                       [&](const auto& of) { return IsOfRole(of.first, role); });
  };
  for (const auto& [role, before] : after) {
    for (const std::string& other : before) {
      if (is_there(other)) continue;
      missing = other;
      return {};
    }
  }
  // Who waits for nobody that is left starts; who is left in the end waits in a circle.
  for (bool started = true; started && !after.empty();) {
    started = std::erase_if(after, [&](const auto& of) {
                return std::none_of(of.second.begin(), of.second.end(), is_there);
              }) > 0;
  }
  if (after.empty()) return {};
  return absl::StrFormat(
      "tutti.dev/start-after makes role \"%s\" wait for itself; expected an order in which all "
      "roles can start; correct it",
      after.begin()->first);
}

}  // namespace tutti::planner
