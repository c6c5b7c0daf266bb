#include "planner/pod_desk.h"

#include <algorithm>
#include <utility>

#include "planner/gang_release.h"

namespace tutti::planner {
namespace {

using model::PodInfo;

bool WantsMembership(const PodInfo& pod) {
  return pod.gang.has_value() && !pod.terminal() && !(pod.deleting && !pod.bound());
}

bool SameCharge(const PodInfo& a, const PodInfo& b) {
  return a.node_name == b.node_name && a.terminal() == b.terminal() &&
         a.disruptable == b.disruptable && a.charge == b.charge && a.shape == b.shape &&
         a.devices == b.devices;
}

bool SameMembership(const PodInfo& a, const PodInfo& b) {
  if (a.gang.has_value() != b.gang.has_value()) return false;
  if (!a.gang) return true;
  return a.gang->key == b.gang->key && a.gang->spec == b.gang->spec &&
         a.gang->problem == b.gang->problem && a.gang->role == b.gang->role &&
         a.gang->queue == b.gang->queue && a.gang->on_member_lost == b.gang->on_member_lost &&
         a.gang->labels == b.gang->labels && a.shape == b.shape &&
         a.expected_duration == b.expected_duration && a.submitter == b.submitter;
}

Member::State StateOfBound(const PodInfo& pod) {
  return pod.deleting ? Member::State::kLeaving : Member::State::kBound;
}

base::Duration RetryAfter(const CoreOptions& options, int failures) {
  base::Duration pause = options.write_retry_initial;
  for (int i = 1; i < failures && pause < options.write_retry_max; ++i) pause *= 2;
  return std::min(pause, options.write_retry_max);
}

}  // namespace

void PodDesk::Upsert(PodInfo&& pod) {
  if (pod.gang) s_.groups.Resolve(*pod.gang);
  const base::Uid uid = pod.uid;
  const auto [it, added] = s_.pods.try_emplace(uid);
  PodRecord& record = it->second;
  const bool charge_is_new = added || !SameCharge(record.info, pod);
  bool was_reserved = false;
  if (added) {
    record.info = std::move(pod);
    was_reserved = Charge(record);
  } else {
    if (charge_is_new && record.charged) events_.Tell(ClusterEventKind::kPodRemoved, record);
    const bool was_member = record.gang != nullptr && !record.finished;
    if (!SameMembership(record.info, pod) && record.gang != nullptr) {
      // A gang of this pod alone keeps its place in the queue while the pod is read anew.
      Gang& gang = LeaveGang(record);
      if (!WantsMembership(pod) || pod.gang->key != gang.key) gangs_.Settle(gang);
    }
    if (charge_is_new) Discharge(record);
    // Markers decide nothing: where they alone change, the pod keeps its place.
    if (record.gang != nullptr && !record.finished) {
      Gang& gang = *record.gang;
      if (!Same(record.info.gang->markers, pod.gang->markers)) {
        gang.CountMarkers(record.info.gang->markers, -1);
        gang.CountMarkers(pod.gang->markers, +1);
      }
    }
    record.info = std::move(pod);
    if (charge_is_new) was_reserved = Charge(record);
    if (was_member && record.gang != nullptr && !WantsMembership(record.info)) LeaveForGood(record);
  }
  if (record.info.gated_by_tutti && !record.info.nominated_node.empty()) {
    s_.nominated_gated.insert(uid);
  } else {
    s_.nominated_gated.erase(uid);
  }
  s_.NoteLeaving(record);
  JoinOrUpdate(record);
  if (charge_is_new && record.charged)
    events_.Tell(ClusterEventKind::kPodBound, record, was_reserved);
  if (record.info.bound()) binds_.PodBound(record);
  binds_.PodSeen(uid);
}

void PodDesk::JoinOrUpdate(PodRecord& record) {
  const PodInfo& pod = record.info;
  if (!pod.gang) return;
  if (!WantsMembership(pod)) {
    if (pod.phase != model::PodPhase::kSucceeded || record.finished) return;
    Gang& gang = gangs_.GetOrAdd(pod.gang->key, pod.gang->display_name);
    record.gang = &gang;
    record.finished = true;
    gang.AddFinished(pod);
    gangs_.Settle(gang);
    return;
  }
  const bool joins = record.gang == nullptr;
  if (joins) record.gang = &gangs_.GetOrAdd(pod.gang->key, pod.gang->display_name);
  Gang& gang = *record.gang;
  Member& member = joins ? gangs_.Join(gang, pod) : gang.members.at(pod.uid);
  if (joins && !pod.bound() && !pod.plan_token.empty() && gangs_.ClaimSlot(gang, member))
    s_.planning_due = true;
  UpdateMember(gang, member);
  binds_.CheckBarrier(gang);
  gangs_.Settle(gang);
}

void PodDesk::UpdateMember(Gang& gang, Member& member) {
  const PodInfo& pod = *member.pod;
  if (pod.bound()) {
    const std::string error = member.bind_ticket == 0 || s_.nodes.Find(pod.node_name) == member.node
                                  ? std::string()
                                  : "the pod is already bound to node " + pod.node_name;
    const bool ran = member.state == Member::State::kBound;
    gangs_.SetState(gang, member, StateOfBound(pod));
    gangs_.AnswerBind(gang, member, error);
    if (ran && pod.deleting) FollowLostMember(s_, gangs_, gang);
    return;
  }
  if (member.state == Member::State::kPlaced) UpdatePlaced(gang, member);
  if (member.state == Member::State::kWaiting) s_.planning_due = true;
}

void PodDesk::UpdatePlaced(Gang& gang, Member& member) {
  const PodInfo& pod = *member.pod;
  const std::string& node = s_.nodes.Info(member.node)->name;
  const bool pinned = std::find(pod.pins.begin(), pod.pins.end(), node) != pod.pins.end();
  // It was released to another node before this one was planned: the pin decides.
  if (!pod.gated_by_tutti && !pod.pins.empty() && !pinned) return gangs_.Unplace(gang, member);
  if (!pod.gated_by_tutti && (pinned || pod.nominated_node == node)) member.echoed = true;
  if (!pod.verdict.refused || pod.verdict.fingerprint == member.verdict_seen || !member.echoed)
    return;
  member.verdict_seen = pod.verdict.fingerprint;
  if (!pod.verdict.ours) return gangs_.Refuse(gang, member);
  // It was our own filter that held the pod, on an older snapshot: wake it.
  gangs_.Tell(member);
}

Gang& PodDesk::LeaveGang(PodRecord& record) {
  Gang& gang = *record.gang;
  record.gang = nullptr;
  if (record.finished) {
    record.finished = false;
    gang.RemoveFinished(record.info);
  } else {
    gangs_.Leave(gang, record.info.uid);
  }
  return gang;
}

void PodDesk::LeaveForGood(PodRecord& record) {
  const bool ran =
      record.info.bound() && !record.finished && record.info.phase != model::PodPhase::kSucceeded;
  Gang& gang = LeaveGang(record);
  if (ran) FollowLostMember(s_, gangs_, gang);
  gangs_.Settle(gang);
}

void PodDesk::Remove(base::Uid uid) {
  const auto it = s_.pods.find(uid);
  if (it == s_.pods.end()) return;
  PodRecord& record = it->second;
  if (record.charged) events_.Tell(ClusterEventKind::kPodRemoved, record);
  if (record.gang != nullptr) LeaveForGood(record);
  s_.ledger.Release(record.assumed);
  Discharge(record);
  s_.nominated_gated.erase(uid);
  s_.evicting.erase(uid);
  s_.leaving.erase(uid);
  s_.pods.erase(it);
  s_.planning_due = true;
}

bool PodDesk::Charge(PodRecord& record) {
  const PodInfo& pod = record.info;
  if (!pod.bound() || pod.terminal()) return false;
  // What was promised to this very pod turns into its charge.
  bool was_reserved = false;
  if (record.gang != nullptr && !record.finished) {
    const auto member = record.gang->members.find(pod.uid);
    if (member != record.gang->members.end())
      was_reserved = gangs_.SetState(*record.gang, member->second, StateOfBound(pod));
  }
  s_.ledger.Release(record.assumed);
  record.assumed = ReservationId();
  s_.nodes.Charge(pod.node_name, *pod.charge, pod.shape->host_ports);
  if (!pod.disruptable) {
    s_.nodes.ChargePermanent(pod.node_name, *pod.charge, pod.shape->host_ports);
  }
  s_.devices.Add(pod);
  record.charged = true;
  bound_.Add(record);
  if (const model::NodeIndex node = s_.nodes.Find(pod.node_name); node.valid())
    ResolveConflicts(node);
  return was_reserved;
}

void PodDesk::Discharge(PodRecord& record) {
  if (!record.charged) return;
  bound_.Remove(record);
  const PodInfo& pod = record.info;
  s_.nodes.Discharge(pod.node_name, *pod.charge, pod.shape->host_ports);
  if (!pod.disruptable) {
    s_.nodes.DischargePermanent(pod.node_name, *pod.charge, pod.shape->host_ports);
  }
  s_.devices.Remove(pod);
  record.charged = false;
  s_.planning_due = true;
}

void PodDesk::UpsertNode(model::NodeInfo node) {
  const uint64_t before = s_.nodes.statics_generation();
  const bool known = s_.nodes.Find(node.name).valid();
  const model::NodeIndex index = s_.nodes.Upsert(std::move(node));
  if (s_.nodes.statics_generation() == before) return;
  s_.devices.NodeChanged(s_.nodes.Info(index)->name);
  ResolveConflicts(index);
  events_.Tell(known ? ClusterEventKind::kNodeUpdated : ClusterEventKind::kNodeAdded, index);
  s_.planning_due = true;
}

void PodDesk::RemoveNode(const std::string& name) {
  const model::NodeIndex node = s_.nodes.Find(name);
  if (!node.valid()) return;
  for (ReservationId id : s_.ledger.On(node)) UnplaceOwner(id, true);
  events_.Tell(ClusterEventKind::kNodeRemoved, node);
  s_.nodes.Remove(name);
  s_.planning_due = true;
}

bool PodDesk::IsOfHead(ReservationId id, const ReservationLedger::Reservation& reservation) const {
  const auto owner = s_.by_arrival.find(reservation.gang);
  if (owner == s_.by_arrival.end()) return false;
  const std::vector<ReservationId>& kept = owner->second->head_reservations;
  return std::find(kept.begin(), kept.end(), id) != kept.end();
}

void PodDesk::ResolveConflicts(model::NodeIndex node) {
  if (!s_.nodes.Overcommitted(node)) return;
  std::vector<ReservationId> ids = s_.ledger.On(node);
  while (!ids.empty() && s_.nodes.Overcommitted(node)) {
    const ReservationLedger::Reservation* reservation = s_.ledger.Find(ids.back());
    // What is reserved for the head may well be more than is free now; it is planned anew in each
    // pass.
    if (reservation != nullptr && !IsOfHead(ids.back(), *reservation))
      UnplaceOwner(ids.back(), false);
    ids.pop_back();
  }
  s_.planning_due = true;
}

void PodDesk::UnplaceOwner(ReservationId id, bool node_removed) {
  const ReservationLedger::Reservation* reservation = s_.ledger.Find(id);
  if (reservation == nullptr) return;
  const auto owner = s_.by_arrival.find(reservation->gang);
  if (owner == s_.by_arrival.end()) {
    if (!node_removed) return;  // the Binding of a pod of no gang: as below
    if (PodRecord* record = s_.FindPod(reservation->pod)) record->assumed = ReservationId();
    return s_.ledger.Release(id);
  }
  Gang& gang = *owner->second;
  const auto member = gang.members.find(reservation->pod);
  if (member != gang.members.end()) {
    if (member->second.state == Member::State::kBinding) {
      // A Binding under way cannot be called back: its end decides, unless the node is gone.
      if (!node_removed) return;
      gangs_.SetState(gang, member->second, Member::State::kPlaced);
    }
    gangs_.Unplace(gang, member->second);
  } else {
    const auto slot = std::find_if(gang.slots.begin(), gang.slots.end(),
                                   [&](const Slot& s) { return s.reservation == id; });
    if (slot != gang.slots.end()) gang.slots.erase(slot);
    s_.ledger.Release(id);
  }
  gangs_.Settle(gang);
}

void PodDesk::NotOffered(const model::PlacementNotOffered& event) {
  PodRecord* record = s_.FindPod(event.uid);
  if (record == nullptr || record->gang == nullptr || record->finished) return;
  Gang& gang = *record->gang;
  const auto it = gang.members.find(event.uid);
  if (it == gang.members.end() || it->second.state != Member::State::kPlaced) return;
  Member& member = it->second;
  if (s_.nodes.Info(member.node)->name != event.node_name || !member.echoed) return;
  // kube-scheduler knew of the node and tried it first: it does not pass the in-tree filters.
  gangs_.Refuse(gang, member);
  gangs_.Settle(gang);
}

void PodDesk::FinishEviction(PodRecord& record, bool failed) {
  if (!failed) {
    record.evict_failures = 0;
    return;
  }
  // Left alone for a while; somebody else may be proposed at once.
  record.evict_again_at = s_.now + RetryAfter(s_.options, ++record.evict_failures);
  s_.evict_retries.insert(record.evict_again_at);
  s_.evicting.erase(record.info.uid);
  s_.NoteLeaving(record);
  s_.planning_due = true;
}

void PodDesk::FinishWrite(const PendingWrite& write, const model::WriteFinished& result) {
  PodRecord* record = s_.FindPod(write.uid);
  const bool failed = result.outcome == model::WriteOutcome::kFailed ||
                      result.outcome == model::WriteOutcome::kRefused;
  if (record != nullptr && write.kind == WriteKind::kEvict) return FinishEviction(*record, failed);
  if (record == nullptr || record->gang == nullptr || record->finished) return;
  Gang& gang = *record->gang;
  const auto it = gang.members.find(write.uid);
  if (it == gang.members.end()) return;
  Member& member = it->second;
  member.write = 0;
  const bool again = std::exchange(member.tell_again, false);
  if (write.kind == WriteKind::kKeep) {
    if (again) gangs_.Tell(member);
  } else if (failed) {
    member.retry_write_at = s_.now + RetryAfter(s_.options, ++member.write_failures);
    gangs_.ScheduleMember(gang, member.retry_write_at);
  } else {
    member.write_failures = 0;
    // What the watch is about to show as released needs no second pin.
    if (again && !member.pod->gated_by_tutti) gangs_.Tell(member);
  }
  gangs_.Settle(gang);
}

}  // namespace tutti::planner
