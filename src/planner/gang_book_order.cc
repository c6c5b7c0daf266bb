// GangBook's part in the order in which the roles of a gang start.
#include <optional>

#include "absl/strings/str_format.h"
#include "planner/gang_book.h"
#include "planner/start_order.h"

namespace tutti::planner {

bool GangBook::FollowOrder(Gang& gang) {
  StartOrder order(gang);
  std::optional<StartOrder::Waits> waits;
  bool changed = false;
  for (auto& [uid, member] : gang.members) {
    if (!member.held_back) continue;
    // Once it has been whole, whoever comes later starts by itself.
    if (!gang.satisfied) {
      if (std::optional<StartOrder::Waits> here = order.For(member)) {
        if (!waits) waits = std::move(here);
        continue;
      }
    }
    member.held_back = false;
    --gang.held_back;
    UpdateVerdict(gang, member);
    Tell(member);
    changed = true;
  }
  if (changed) gang.repair_deadline = base::Timestamp::Infinite();  // it gets on
  using model::ReasonCode;
  if (waits && gang.bound + gang.binding > 0) {
    SetReason(gang, {ReasonCode::kWaitingForRole, waits->need, waits->have, {}},
              absl::StrFormat("of role %s", waits->role));
  } else if (!waits && gang.reason.code == ReasonCode::kWaitingForRole) {
    SetReason(gang, {ReasonCode::kPlaced, 0, 0, {}});
  }
  return changed;
}

}  // namespace tutti::planner
