#include "cli/gang_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/human.h"

namespace tutti::cli {

std::string PhaseText(pb::GangPhase phase) {
  switch (phase) {
    case pb::GANG_PHASE_WAITING:
      return "Waiting";
    case pb::GANG_PHASE_PLACED:
      return "Placed";
    case pb::GANG_PHASE_BINDING:
      return "Binding";
    case pb::GANG_PHASE_SCHEDULED:
      return "Scheduled";
    default:
      return "Unknown";
  }
}

std::string MemberStateText(pb::MemberState state) {
  switch (state) {
    case pb::MEMBER_STATE_WAITING:
      return "Waiting";
    case pb::MEMBER_STATE_PLACED:
      return "Placed";
    case pb::MEMBER_STATE_BINDING:
      return "Binding";
    case pb::MEMBER_STATE_BOUND:
      return "Bound";
    default:
      return "Unknown";
  }
}

std::string MarksText(const pb::Gang& gang) {
  std::vector<std::string> marks;
  if (gang.head()) marks.emplace_back("head");
  if (gang.held()) marks.emplace_back("held");
  return absl::StrJoin(marks, ",");
}

std::string BoundText(const pb::Gang& gang) {
  return absl::StrFormat("%d/%s", gang.bound(),
                         gang.min_member() > 0 ? absl::StrCat(gang.min_member()) : "?");
}

std::string MembersText(const pb::Gang& gang) {
  std::vector<std::string> states;
  const auto add = [&states](int32_t count, const char* state) {
    if (count > 0) states.push_back(absl::StrFormat("%d %s", count, state));
  };
  add(gang.bound(), "bound");
  add(gang.binding(), "binding");
  add(gang.placed(), "placed");
  add(gang.waiting(), "waiting");
  add(gang.finished(), "finished");
  return absl::StrFormat(
      "%s needed: %s",
      gang.min_member() > 0 ? absl::StrCat(gang.min_member()) : "not yet known how many",
      states.empty() ? "no pod yet" : absl::StrJoin(states, ", "));
}

std::string StartText(const pb::StartRange& start) {
  if (start.has_earliest_seconds() && start.has_latest_seconds()) {
    return absl::StrFormat("in %s to %s, as it looks now", HumanAge(start.earliest_seconds()),
                           HumanAge(start.latest_seconds()));
  }
  if (start.has_latest_seconds())
    return absl::StrFormat("within %s, as it looks now", HumanAge(start.latest_seconds()));
  if (!start.has_earliest_seconds()) return {};
  return absl::StrFormat("in %s or later: not all that hold its room say how long they run",
                         HumanAge(start.earliest_seconds()));
}

std::string StartBasisText(const pb::StartRange& start) {
  std::vector<std::string> parts;
  if (start.ends() > 0) parts.push_back(Count(start.ends(), "gang") + " there");
  if (start.before() > 0) parts.push_back(absl::StrCat(start.before(), " before it"));
  std::string text = parts.empty() ? "" : "after " + absl::StrJoin(parts, " and ");
  if (start.reserved()) text += std::string(text.empty() ? "" : "; ") + "room is kept for it";
  return text;
}

std::string ShortStartText(const pb::StartRange& start) {
  const std::string earliest =
      start.has_earliest_seconds() ? HumanAge(start.earliest_seconds()) : std::string();
  const std::string latest =
      start.has_latest_seconds() ? HumanAge(start.latest_seconds()) : std::string();
  if (!earliest.empty() && !latest.empty()) return earliest + "-" + latest;
  if (!latest.empty()) return "<" + latest;
  return earliest.empty() ? "-" : ">" + earliest;
}

}  // namespace tutti::cli
