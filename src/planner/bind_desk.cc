#include "planner/bind_desk.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_format.h"
#include "planner/core_checkpoint.h"

namespace tutti::planner {
namespace {

using model::ReasonCode;

// In a row. A refusal may be about the node; a failure hardly ever is, but nothing is tried for
// ever.
constexpr int kRefusedBindsBeforeReplan = 3;
constexpr int kFailedBindsBeforeReplan = 10;

std::string Text(ReasonCode code) { return model::StableMessage({code, 0, 0, {}}); }

std::string AlreadyBound(const model::PodInfo& pod, const std::string& wanted) {
  if (pod.node_name == wanted) return {};
  return absl::StrFormat("pod %s/%s is already bound to node %s, not to %s", pod.namespace_name,
                         pod.name, pod.node_name, wanted);
}

// So many have come to bind that the gang is whole with them, and with those that may not come yet.
bool HaveArrived(const Gang& gang) {
  const int come = gang.parked + gang.binding + gang.bound + gang.finished;
  if (come + gang.held_back < gang.min_member()) return false;
  return !gang.has_roles() || gang.WholeAmong([](const Member& member) {
    return member.bind_ticket != 0 || member.held_back || member.state == Member::State::kBinding ||
           member.state == Member::State::kBound;
  });
}

}  // namespace

void BindDesk::Answer(uint64_t ticket, std::string error) {
  s_.AnswerBind(ticket, std::move(error));
}

void BindDesk::Request(const model::BindRequested& request) {
  if (!s_.ready()) return Answer(request.ticket, Text(ReasonCode::kNotReady));
  PodRecord* record = s_.FindPod(request.uid);
  if (record != nullptr) return Decide(request, *record);
  const auto [it, added] = unseen_.try_emplace(request.uid);
  if (!added) Answer(it->second.request.ticket, "superseded by a later bind of the same pod");
  it->second = {request, s_.now + s_.options.unseen_pod_timeout};
}

void BindDesk::PodSeen(base::Uid uid) {
  const auto it = unseen_.find(uid);
  if (it == unseen_.end()) return;
  const model::BindRequested request = it->second.request;
  unseen_.erase(it);
  if (PodRecord* record = s_.FindPod(uid)) Decide(request, *record);
}

void BindDesk::Decide(const model::BindRequested& request, PodRecord& record) {
  const model::PodInfo& pod = record.info;
  if (pod.namespace_name != request.namespace_name || pod.name != request.name) {
    return Answer(request.ticket,
                  absl::StrFormat("uid %s belongs to pod %s/%s, not to %s/%s: nothing was bound",
                                  request.uid.ToString(), pod.namespace_name, pod.name,
                                  request.namespace_name, request.name));
  }
  if (const auto held = s_.held_binds.find(request.uid); held != s_.held_binds.end()) {
    const bool later = held->second.ticket != request.ticket;
    if (later) Answer(held->second.ticket, "superseded by a later bind of the same pod");
    s_.held_binds.erase(held);
  }
  if (pod.bound()) return Answer(request.ticket, AlreadyBound(pod, request.node_name));
  if (pod.deleting || pod.terminal())
    return Answer(request.ticket, "the pod is being deleted or has finished");
  if (record.gang != nullptr) return DecideMember(request, record);
  DecideForeign(request, record);
}

void BindDesk::DecideMember(const model::BindRequested& request, PodRecord& record) {
  Gang& gang = *record.gang;
  const auto it = gang.members.find(request.uid);
  if (it == gang.members.end()) return Answer(request.ticket, Text(ReasonCode::kNotYetSeen));
  Member& member = it->second;
  if (member.state == Member::State::kWaiting)
    return Answer(request.ticket, model::StableMessage(gang.waiting_reason()));
  if (member.held_back) return Answer(request.ticket, Text(ReasonCode::kWaitingForRole));
  const std::string& planned = s_.nodes.Info(member.node)->name;
  if (planned != request.node_name) {
    return Answer(request.ticket,
                  absl::StrFormat("tutti/PlacedNodeNotOffered: planned for node %s, not for %s",
                                  planned, request.node_name));
  }
  gangs_.AnswerBind(gang, member, "superseded by a later bind of the same pod");
  permits_.Forget(request.uid);
  member.bind_ticket = request.ticket;
  member.bind_deadline = s_.now + s_.options.bind_timeout;
  ++gang.parked;
  gangs_.ScheduleMember(gang, member.bind_deadline);
  if (member.state == Member::State::kPlaced && BarrierAllows(gang)) Write(gang, member);
  CheckBarrier(gang);
  gangs_.Settle(gang);
}

bool BindDesk::BarrierAllows(const Gang& gang) const {
  if (gang.satisfied || gang.bound + gang.binding > 0) return true;
  return gang.barrier_open && gang.complete();
}

void BindDesk::CheckBarrier(Gang& gang) {
  if (gang.barrier_open || !gang.complete()) return;
  const bool wait_for_all = gang.needs_referee() || s_.options.bind_barrier == BindBarrier::kAlways;
  if (wait_for_all && !HaveArrived(gang)) return;
  gang.barrier_open = true;
  for (auto& [uid, member] : gang.members) {
    // A member that a plugin refuses for good closes it again.
    if (!BarrierAllows(gang)) break;
    const bool came = member.state == Member::State::kPlaced && member.bind_ticket != 0;
    if (came && !permits_.Waits(uid)) Write(gang, member);
  }
}

void BindDesk::Write(Gang& gang, Member& member) {
  const base::Uid uid = member.pod->uid;
  const std::string node = s_.nodes.Info(member.node)->name;
  PermitDesk::Decision decision =
      permits_.Ask(*s_.FindPod(uid), node, member.bind_ticket, member.bind_deadline);
  if (decision.kind == PermitDesk::Decision::Kind::kWait) return;
  if (decision.kind == PermitDesk::Decision::Kind::kRefused) {
    gangs_.AnswerBind(gang, member, decision.error);
    const bool again = ++member.write_failures < kRefusedBindsBeforeReplan;
    if (decision.node_is_wrong || !again) gangs_.Refuse(gang, member);
    return;
  }
  member.write = s_.StartWrite(WriteKind::kBind, uid, 0, node);
  const ReservationLedger::Reservation* reservation = s_.ledger.Find(member.reservation);
  if (reservation != nullptr && !reservation->devices.empty()) {
    decision.annotations.emplace_back(model::kDeviceIndexAnnotation,
                                      model::DeviceIndexText(reservation->devices));
  }
  s_.Emit(model::BindPod{member.write, RefOf(*member.pod), node, std::move(decision.annotations)});
  gangs_.SetState(gang, member, Member::State::kBinding);
}

void BindDesk::AskPermitsAgain() {
  for (const PermitDesk::Waiting& waiting : permits_.AllWaiting()) AskAgain(waiting);
}

void BindDesk::AskAgain(const PermitDesk::Waiting& waiting) {
  PodRecord* record = s_.FindPod(waiting.uid);
  if (const auto held = s_.held_binds.find(waiting.uid); held != s_.held_binds.end()) {
    const model::BindRequested request = held->second;
    if (record != nullptr) return Decide(request, *record);
    return AnswerHeld(waiting.uid, "the pod is gone or has finished");
  }
  if (record != nullptr && record->gang != nullptr && !record->finished) {
    Gang& gang = *record->gang;
    const auto it = gang.members.find(waiting.uid);
    if (it != gang.members.end() && it->second.bind_ticket == waiting.ticket &&
        it->second.state == Member::State::kPlaced && BarrierAllows(gang)) {
      Write(gang, it->second);
      return gangs_.Settle(gang);
    }
  }
  permits_.Forget(waiting.uid);
}

void BindDesk::AnswerHeld(base::Uid uid, std::string error) {
  const auto held = s_.held_binds.find(uid);
  if (held == s_.held_binds.end()) return;
  const uint64_t ticket = held->second.ticket;
  s_.held_binds.erase(held);
  permits_.Forget(uid);
  Answer(ticket, std::move(error));
}

void BindDesk::DecideForeign(const model::BindRequested& request, PodRecord& record) {
  const model::PodShape& shape = *record.info.shape;
  const model::NodeIndex node = s_.nodes.Find(request.node_name);
  if (record.assumed.value != ReservationId::kNone) {
    return Answer(request.ticket, "a Binding of this pod is already under way");
  }
  if (node.valid()) {
    const model::NodeBlock& block = *s_.nodes.blocks()[BlockOf(node)];
    const std::optional<int32_t> head = s_.ledger.head_priority();
    if (!block.FitsBesideReservations(shape.requests, OffsetOf(node),
                                      head.has_value() && shape.priority > *head)) {
      return Answer(request.ticket, Text(ReasonCode::kNodeReserved));
    }
  }
  PermitDesk::Decision decision =
      permits_.Ask(record, request.node_name, request.ticket, s_.now + s_.options.bind_timeout);
  if (decision.kind == PermitDesk::Decision::Kind::kWait) {
    s_.held_binds.emplace(request.uid, request);
    return;
  }
  if (decision.kind == PermitDesk::Decision::Kind::kRefused)
    return Answer(request.ticket, std::move(decision.error));
  if (node.valid()) record.assumed = s_.ledger.Add({node, record.info.shape, 0, request.uid});
  const uint64_t write =
      s_.StartWrite(WriteKind::kBind, request.uid, request.ticket, request.node_name);
  s_.Emit(model::BindPod{write, RefOf(record.info), request.node_name,
                         std::move(decision.annotations)});
}

void BindDesk::Finish(const PendingWrite& write, const model::WriteFinished& result) {
  const bool done = result.outcome == model::WriteOutcome::kDone;
  PodRecord* record = s_.FindPod(write.uid);
  if (done && record != nullptr) permits_.Bound(*record, write.node_name);
  if (write.bind_ticket != 0) {
    Answer(write.bind_ticket, done ? std::string() : result.message);
    if (record != nullptr && !done) {
      s_.ledger.Release(record->assumed);
      record->assumed = ReservationId();
      s_.planning_due = true;
    }
    return;
  }
  if (record == nullptr || record->gang == nullptr) return;
  Gang& gang = *record->gang;
  const auto it = gang.members.find(write.uid);
  if (it == gang.members.end()) return;
  Member& member = it->second;
  member.write = 0;
  if (member.state == Member::State::kBound) return;  // the watch was faster than the reply
  if (member.state == Member::State::kBinding && !done) {
    gangs_.SetState(gang, member, Member::State::kPlaced);
    gangs_.AnswerBind(gang, member, result.message);
    const bool refused = result.outcome == model::WriteOutcome::kRefused;
    const int most = refused ? kRefusedBindsBeforeReplan : kFailedBindsBeforeReplan;
    if (++member.write_failures >= most) gangs_.Refuse(gang, member);
  } else if (done) {
    gangs_.AnswerBind(gang, member, {});
  }
  gangs_.Settle(gang);
}

void BindDesk::PodBound(PodRecord& record) {
  if (record.assumed.value != ReservationId::kNone) {
    s_.ledger.Release(record.assumed);
    record.assumed = ReservationId();
  }
  if (const auto held = s_.held_binds.find(record.info.uid); held != s_.held_binds.end())
    AnswerHeld(record.info.uid, AlreadyBound(record.info, held->second.node_name));
  const auto it = unseen_.find(record.info.uid);
  if (it == unseen_.end()) return;
  Answer(it->second.request.ticket, AlreadyBound(record.info, it->second.request.node_name));
  unseen_.erase(it);
}

void BindDesk::Abandon(uint64_t ticket) {
  for (auto it = unseen_.begin(); it != unseen_.end(); ++it) {
    if (it->second.request.ticket != ticket) continue;
    Answer(ticket, "abandoned");
    unseen_.erase(it);
    return;
  }
  for (const auto& [uid, request] : s_.held_binds) {
    if (request.ticket == ticket) return AnswerHeld(uid, "abandoned");
  }
  for (auto& [arrival, gang] : s_.by_arrival) {
    if (gang->parked == 0) continue;
    for (auto& [uid, member] : gang->members) {
      // One whose Binding is being written ends by itself.
      if (member.bind_ticket == ticket && member.state == Member::State::kPlaced) {
        gangs_.AnswerBind(*gang, member, "abandoned");
        return;
      }
    }
  }
}

void BindDesk::RefuseAll() {
  for (auto& [uid, unseen] : unseen_) Answer(unseen.request.ticket, Text(ReasonCode::kNotReady));
  unseen_.clear();
  for (const auto& [uid, request] : s_.held_binds)
    Answer(request.ticket, Text(ReasonCode::kNotReady));
  s_.held_binds.clear();
  permits_.ForgetAll();
  for (auto& [arrival, gang] : s_.by_arrival) {
    for (auto& [uid, member] : gang->members) {
      if (member.state == Member::State::kPlaced)
        gangs_.AnswerBind(*gang, member, Text(ReasonCode::kNotReady));
    }
  }
}

void BindDesk::Expire() {
  for (auto it = unseen_.begin(); it != unseen_.end();) {
    if (it->second.deadline > s_.now) {
      ++it;
      continue;
    }
    Answer(it->second.request.ticket,
           absl::StrFormat("tutti/NotYetSeen: no pod with uid %s is known; nothing was bound",
                           it->first.ToString()));
    it = unseen_.erase(it);
  }
}

base::Timestamp BindDesk::NextDeadline() const {
  base::Timestamp next = permits_.NextDeadline();
  for (const auto& [uid, unseen] : unseen_) next = std::min(next, unseen.deadline);
  return next;
}

void BindDesk::Save(CoreCheckpoint& checkpoint) const {
  for (const auto& [uid, unseen] : unseen_)
    checkpoint.unseen_binds.push_back({unseen.request, unseen.deadline});
  permits_.Save(checkpoint);
}

void BindDesk::Restore(const CoreCheckpoint& checkpoint) {
  for (const CoreCheckpoint::UnseenBind& saved : checkpoint.unseen_binds)
    unseen_[saved.request.uid] = {saved.request, saved.deadline};
  permits_.Restore(checkpoint);
}

}  // namespace tutti::planner
