#include "planner/permit_desk.h"

#include <algorithm>
#include <utility>

#include "planner/core_checkpoint.h"
#include "planner/pod_card.h"

namespace tutti::planner {

using Kind = PermitDesk::Decision::Kind;

PermitDesk::Decision PermitDesk::Refused(const Status& status) const {
  Decision decision;
  decision.kind = Kind::kRefused;
  decision.error = model::StableMessage(s_.plugins.ReasonOf(status));
  decision.node_is_wrong = status.code() == Code::kUnschedulableAndUnresolvable;
  return decision;
}

PermitDesk::Decision PermitDesk::Ask(const PodRecord& record, const std::string& node_name,
                                     uint64_t ticket, base::Timestamp latest) {
  if (!points_.active()) return {};
  const base::Uid uid = record.info.uid;
  const PodCard card(s_, record, node_name);
  const auto known = waits_.find(uid);
  const bool asked_before = known != waits_.end() && known->second.ticket == ticket;
  Wait wait = asked_before ? std::move(known->second) : Wait{ticket, {}, {}};
  if (known != waits_.end()) waits_.erase(known);

  std::chrono::nanoseconds timeout{0};
  const Status permit = points_.Permit(card.view(), wait.permitted, timeout);
  if (permit.code() == Code::kWait) {
    // The first answer says how long; asking again does not begin anew.
    if (!asked_before) wait.deadline = std::min(s_.now + timeout, latest);
    if (wait.deadline <= s_.now) return Refused(permit);
    waits_.emplace(uid, std::move(wait));
    Decision waiting;
    waiting.kind = Kind::kWait;
    return waiting;
  }
  if (!permit.ok()) return Refused(permit);
  Decision go;
  if (const Status ready = points_.PreBind(card.view(), go.annotations); !ready.ok())
    return Refused(ready);
  return go;
}

void PermitDesk::Bound(const PodRecord& record, const std::string& node_name) {
  if (!points_.active()) return;
  points_.PostBind(PodCard(s_, record, node_name).view());
}

std::vector<PermitDesk::Waiting> PermitDesk::AllWaiting() const {
  std::vector<Waiting> all;
  for (const auto& [uid, wait] : waits_) all.push_back({uid, wait.ticket});
  return all;
}

base::Timestamp PermitDesk::NextDeadline() const {
  base::Timestamp next = base::Timestamp::Infinite();
  for (const auto& [uid, wait] : waits_) next = std::min(next, wait.deadline);
  return next;
}

void PermitDesk::Save(CoreCheckpoint& checkpoint) const {
  for (const auto& [uid, wait] : waits_)
    checkpoint.permits.push_back({uid, wait.ticket, wait.deadline, wait.permitted});
}

void PermitDesk::Restore(const CoreCheckpoint& checkpoint) {
  for (const CoreCheckpoint::Permit& saved : checkpoint.permits)
    waits_[saved.uid] = {saved.ticket, saved.deadline, saved.permitted};
}

}  // namespace tutti::planner
