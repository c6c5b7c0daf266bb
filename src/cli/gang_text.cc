#include "cli/gang_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

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

}  // namespace tutti::cli
