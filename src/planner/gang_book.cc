#include "planner/gang_book.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "planner/core_checkpoint.h"
#include "planner/marker_report.h"
#include "planner/run_report.h"

namespace tutti::planner {
namespace {

using base::Timestamp;
using model::PodInfo;
using model::ReasonCode;

int& CountOf(Gang& gang, Member::State state) {
  switch (state) {
    case Member::State::kWaiting:
      return gang.waiting;
    case Member::State::kPlaced:
      return gang.placed;
    case Member::State::kBinding:
      return gang.binding;
    case Member::State::kBound:
      return gang.bound;
    case Member::State::kLeaving:
      return gang.leaving;
  }
  return gang.waiting;
}

base::Duration Doubled(base::Duration initial, base::Duration most, int times) {
  base::Duration duration = initial;
  for (int i = 0; i < times && duration < most; ++i) duration *= 2;
  return std::min(duration, most);
}

// Where people look first. Shorter names first, so that train-9 comes before train-10.
const PodInfo* FirstByName(const Gang& gang) {
  const PodInfo* first = nullptr;
  for (const auto& [uid, member] : gang.members) {
    const PodInfo& pod = *member.pod;
    if (first == nullptr || std::pair(pod.name.size(), std::string_view(pod.name)) <
                                std::pair(first->name.size(), std::string_view(first->name)))
      first = &pod;
  }
  return first;
}

// Whether it was promised what the pod holds now.
bool IsFor(const ReservationLedger::Reservation* reservation, const PodInfo& pod) {
  return reservation != nullptr && reservation->shape->requests == *pod.charge;
}

bool RunsWhole(const Gang& gang) {
  return gang.satisfied || !gang.has_roles() || gang.WholeAmong([](const Member& member) {
    return member.state == Member::State::kBound;
  });
}

bool Contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Gang& GangBook::GetOrAdd(const model::GangKey& key, const std::string& display_name) {
  if (last_joined_ == nullptr || last_joined_->key != key) {
    std::unique_ptr<Gang>& gang = s_.gangs[key];
    if (!gang) gang = Make(key);
    last_joined_ = gang.get();
  }
  if (!display_name.empty()) last_joined_->display_name = display_name;
  return *last_joined_;
}

std::unique_ptr<Gang> GangBook::Make(const model::GangKey& key) {
  auto gang = std::make_unique<Gang>();
  gang->key = key;
  gang->arrival = s_.next_arrival++;
  gang->first_seen = s_.now;
  s_.by_arrival[gang->arrival] = gang.get();
  return gang;
}

Gang* GangBook::Find(const model::GangKey& key) {
  const auto it = s_.gangs.find(key);
  return it == s_.gangs.end() ? nullptr : it->second.get();
}

Member& GangBook::Join(Gang& gang, const PodInfo& pod) {
  Member& member = gang.members[pod.uid];
  member.pod = &pod;
  ++gang.waiting;
  gang.CountIn(pod);
  UpdateVerdict(gang, member);
  s_.planning_due = true;
  return member;
}

void GangBook::Leave(Gang& gang, base::Uid uid) {
  const auto it = gang.members.find(uid);
  if (it == gang.members.end()) return;
  Member& member = it->second;
  const bool succeeded = member.runs() && member.pod->phase == model::PodPhase::kSucceeded;
  if (succeeded && gang.members.size() == 1 && gang.slots.empty()) ReportRun(gang, s_);
  AnswerBind(gang, member, "the pod is gone or has finished");
  s_.ledger.Release(member.reservation);
  --CountOf(gang, member.state);
  gang.held_back -= member.held_back ? 1 : 0;
  gang.CountOut(*member.pod);
  s_.verdicts.Erase(uid);
  gang.members.erase(it);
  s_.planning_due = true;
}

void GangBook::Started(Gang& gang, Timestamp at) const {
  if (at <= gang.started) return;
  gang.started = at;
  gang.learned = s_.run_times.Learned(gang);
}

bool GangBook::SetState(Gang& gang, Member& member, Member::State state) {
  if (member.state == state) return false;
  --CountOf(gang, member.state);
  ++CountOf(gang, state);
  const bool ran = member.runs();
  member.state = state;
  if (state != Member::State::kPlaced && std::exchange(member.held_back, false)) --gang.held_back;
  gang.StateChanged();
  bool was_announced = false;
  if (member.runs() && !ran) {
    Started(gang, dates_.BoundAt(*member.pod));
    gang.repair_deadline = Timestamp::Infinite();  // it gets on: SetDeadlines counts anew
    // What was promised elsewhere, or for another amount, is given back, not kept.
    if (s_.nodes.Find(member.pod->node_name) == member.node &&
        IsFor(s_.ledger.Find(member.reservation), *member.pod)) {
      was_announced = s_.ledger.Fulfil(member.reservation);
    } else {
      s_.ledger.Release(member.reservation);
    }
    member.reservation = ReservationId();
  }
  // Of one that is being bound it is that of its place.
  if (state != Member::State::kBinding) UpdateVerdict(gang, member);
  return was_announced;
}

bool GangBook::MayReserve(Gang& gang, const GangCard* card,
                          const std::vector<std::vector<model::NodeIndex>>& nodes) {
  if (card == nullptr || !reserves_.active()) return true;
  const Status status = reserves_.Reserve(*card, nodes);
  if (!status.ok()) SetReason(gang, s_.plugins.ReasonOf(status), status.message());
  return status.ok();
}

ReservationId GangBook::Reserve(const Gang& gang, std::shared_ptr<const model::PodShape> shape,
                                model::NodeIndex node, base::Uid pod,
                                const model::DeviceSet& devices) {
  ReservationLedger::Reservation reservation{
      node, std::move(shape), gang.arrival, pod, model::NodeTable::Reserved::kPlaced, devices};
  reservation.announced = reserves_.active();
  return s_.ledger.Add(std::move(reservation));
}

void GangBook::Place(Gang& gang, Member& member, model::NodeIndex node, ReservationId reservation) {
  member.node = node;
  member.reservation = reservation;
  member.placed_at = s_.now;
  Started(gang, s_.now);
  member.verdict_seen = member.pod->verdict.fingerprint;
  member.echoed = false;
  member.write_failures = 0;
  gang.placed_by_us = true;
  if (!gang.satisfied && !member.pod->gang->start_after.empty()) {
    member.held_back = true;
    ++gang.held_back;
  }
  SetState(gang, member, Member::State::kPlaced);
}

void GangBook::Unplace(Gang& gang, Member& member) {
  if (member.state != Member::State::kPlaced) return;
  s_.ledger.Release(member.reservation);
  member.reservation = ReservationId();
  member.node = model::NodeIndex();
  AnswerBind(gang, member, model::StableMessage(gang.waiting_reason()));
  SetState(gang, member, Member::State::kWaiting);
  s_.planning_due = true;
}

void GangBook::UpdateVerdict(const Gang& gang, const Member& member) {
  const base::Uid uid = member.pod->uid;
  if (member.runs()) {
    s_.verdicts.Erase(uid);
  } else if (member.state == Member::State::kWaiting) {
    s_.verdicts.Set(uid, {model::NodeIndex(), gang.reason});
  } else if (member.held_back) {
    s_.verdicts.Set(uid, {model::NodeIndex(), {ReasonCode::kWaitingForRole, 0, 0, {}}});
  } else {
    s_.verdicts.Set(uid, {member.node, {ReasonCode::kPlaced, 0, 0, {}}});
  }
}

void GangBook::AddSlot(Gang& gang, std::shared_ptr<const model::PodShape> shape,
                       model::NodeIndex node, const model::DeviceSet& devices) {
  if (gang.plan_id.empty()) {
    gang.plan_id = absl::StrFormat("%s-%d", s_.options.instance, s_.next_plan++);
    s_.plans.Set(gang.plan_id, true);
  }
  Slot slot;
  slot.reservation = Reserve(gang, shape, node, {}, devices);
  slot.shape = std::move(shape);
  slot.node = node;
  slot.number = gang.next_slot++;
  gang.slots.push_back(std::move(slot));
}

Slot* GangBook::IssueSlot(Gang& gang, const PodInfo& pod) {
  Slot* chosen = nullptr;
  for (Slot& slot : gang.slots) {
    const bool same_pod = slot.issued && !pod.name.empty() && slot.pod_name == pod.name;
    if (same_pod && *slot.shape == *pod.shape) return &slot;
    if (!slot.issued && chosen == nullptr && *slot.shape == *pod.shape) chosen = &slot;
  }
  if (chosen == nullptr) return nullptr;
  chosen->issued = true;
  chosen->pod_name = pod.name;
  chosen->issue_deadline = s_.now + s_.options.admission_slot_timeout;
  ScheduleMember(gang, chosen->issue_deadline);
  return chosen;
}

bool GangBook::ClaimSlot(Gang& gang, Member& member) {
  const std::string& token = member.pod->plan_token;
  const auto it = std::find_if(gang.slots.begin(), gang.slots.end(), [&](const Slot& slot) {
    return token == absl::StrFormat("%s/%d", gang.plan_id, slot.number);
  });
  if (it == gang.slots.end()) return false;
  const model::NodeInfo* node = s_.nodes.Info(it->node);
  if (node == nullptr || !Contains(member.pod->pins, node->name)) return false;
  MoveIn(gang, member, it);
  member.echoed = true;  // it was born with its pin
  return true;
}

bool GangBook::TakeOpenSlot(Gang& gang, Member& member) {
  const PodInfo& pod = *member.pod;
  const std::vector<model::NodeIndex> refused = RefusedNodes(gang, pod.shape.get());
  const auto it = std::find_if(gang.slots.begin(), gang.slots.end(), [&](const Slot& slot) {
    if (slot.issued || *slot.shape != *pod.shape) return false;
    return (pod.pins.empty() || Contains(pod.pins, s_.nodes.Info(slot.node)->name)) &&
           !std::binary_search(refused.begin(), refused.end(), slot.node);
  });
  if (it == gang.slots.end()) return false;
  MoveIn(gang, member, it);
  return true;
}

void GangBook::MoveIn(Gang& gang, Member& member, std::vector<Slot>::iterator slot) {
  const model::NodeIndex node = slot->node;
  const ReservationId reservation = slot->reservation;
  s_.ledger.SetPod(reservation, member.pod->uid);
  gang.slots.erase(slot);
  Place(gang, member, node, reservation);
}

void GangBook::DropSlots(Gang& gang) {
  for (const Slot& slot : gang.slots) s_.ledger.Release(slot.reservation);
  gang.slots.clear();
  if (!gang.plan_id.empty()) s_.plans.Erase(gang.plan_id);
  gang.plan_id.clear();
  s_.planning_due = true;
}

bool GangBook::DropOpenSlot(Gang& gang) {
  const auto it = std::find_if(gang.slots.rbegin(), gang.slots.rend(),
                               [](const Slot& slot) { return !slot.issued; });
  if (it == gang.slots.rend()) return false;
  s_.ledger.Release(it->reservation);
  gang.slots.erase(std::next(it).base());
  s_.planning_due = true;
  return true;
}

void GangBook::DropHeadReservations(Gang& gang) {
  for (ReservationId id : gang.head_reservations) s_.ledger.Release(id);
  gang.head_reservations.clear();
}

void GangBook::DropUselessSlots(Gang& gang) {
  const auto too_many = [&] {
    return gang.secured() + static_cast<int>(gang.slots.size()) > gang.min_member();
  };
  while ((gang.satisfied || too_many()) && DropOpenSlot(gang)) {
  }
}

void GangBook::GiveUp(Gang& gang, model::Reason reason, std::string detail) {
  DropSlots(gang);
  gang.hold_deadline = Timestamp::Infinite();
  gang.barrier_open = false;
  gang.backoff_until =
      s_.now + Doubled(s_.options.backoff_initial, s_.options.backoff_max, gang.backoffs++);
  SetReason(gang, reason, std::move(detail));
  for (auto& [uid, member] : gang.members) Unplace(gang, member);
}

void GangBook::Tell(Member& member) {
  const PodInfo& pod = *member.pod;
  if (member.state != Member::State::kPlaced || member.held_back) return;
  if (member.write != 0) {
    member.tell_again = true;
    return;
  }
  const std::string& node = s_.nodes.Info(member.node)->name;
  member.retry_write_at = Timestamp::Infinite();
  if (pod.gated_by_tutti) {
    member.write = s_.StartWrite(WriteKind::kTell, pod.uid);
    s_.Emit(model::ReleasePod{member.write, RefOf(pod), pod.shape, {node}});
    return;
  }
  // A pinned pod that kube-scheduler has not tried yet finds its node by itself.
  if (!pod.pins.empty() && !pod.verdict.refused) return;
  Nominate(member, node, WriteKind::kTell);
}

void GangBook::Nominate(Member& member, const std::string& node, WriteKind kind) {
  member.write = s_.StartWrite(kind, member.pod->uid);
  s_.Emit(model::NominatePod{member.write, RefOf(*member.pod), node});
}

void GangBook::Refuse(Gang& gang, Member& member) {
  const std::string node = s_.nodes.Info(member.node)->name;
  auto it = std::find_if(gang.refusals.begin(), gang.refusals.end(), [&](const Refusal& refusal) {
    return refusal.node_name == node && refusal.shape == member.pod->shape;
  });
  if (it == gang.refusals.end()) {
    gang.refusals.push_back({member.pod->shape, node, 0, {}});
    it = std::prev(gang.refusals.end());
  }
  it->until = s_.now + Doubled(s_.options.refused_node_initial, s_.options.refused_node_expiry,
                               it->strikes++);
  ScheduleMember(gang, it->until);
  Unplace(gang, member);
}

std::vector<model::NodeIndex> GangBook::RefusedNodes(const Gang& gang,
                                                     const model::PodShape* shape) const {
  std::vector<model::NodeIndex> refused;
  for (const Refusal& refusal : gang.refusals) {
    if (refusal.shape.get() != shape || refusal.until <= s_.now) continue;
    const model::NodeIndex node = s_.nodes.Find(refusal.node_name);
    if (node.valid()) refused.push_back(node);
  }
  std::sort(refused.begin(), refused.end());
  return refused;
}

void GangBook::SetReason(Gang& gang, model::Reason reason, std::string detail) {
  const model::Reason before = gang.reason;
  const bool same = before.code == reason.code && before.need == reason.need &&
                    before.plugin == reason.plugin && gang.reason_detail == detail;
  gang.reason = reason;
  if (same) return;
  gang.reason_detail = std::move(detail);
  for (auto& [uid, member] : gang.members) {
    if (member.state == Member::State::kWaiting) UpdateVerdict(gang, member);
  }
  gang.report_deadline = Timestamp::Infinite();
  if (reason.code == ReasonCode::kWaitingForMembers) {
    gang.report_deadline = s_.now + s_.options.missing_members_report;
  } else {
    Report(gang);
  }
}

void GangBook::Report(Gang& gang) {
  gang.report_deadline = Timestamp::Infinite();
  model::ReportGang& report = s_.Emit(model::ReportGang());
  report.key = gang.key;
  report.display_name = gang.display_name;
  report.reason = gang.reason;
  report.detail = gang.reason_detail;
  if (s_.options.name_holders) report.holders = survey_.For(gang, gang.reason);
  if (const PodInfo* first = FirstByName(gang)) report.examples.push_back(RefOf(*first));
  report.waited = s_.now - gang.first_seen;
  const ReasonCode code = gang.reason.code;
  if (code != ReasonCode::kPlaced && code != ReasonCode::kScheduled) gang.told_to_wait = true;
  report.had_to_wait = gang.told_to_wait;
}

void GangBook::ReportMarkers() {
  for (const uint64_t arrival : std::exchange(new_markers_, {})) {
    const auto it = s_.by_arrival.find(arrival);
    if (it == s_.by_arrival.end()) continue;
    Gang& gang = *it->second;
    gang.markers_changed = false;
    std::vector<std::string> conflicts = MarkerConflicts(MarkerLines(gang));
    const bool news = std::any_of(
        conflicts.begin(), conflicts.end(),
        [&](const std::string& conflict) { return !Contains(gang.told_conflicts, conflict); });
    // Nobody can be told on a pod that does not exist.
    const PodInfo* first = FirstByName(gang);
    if (first == nullptr) continue;
    gang.told_conflicts = conflicts;
    if (!news) continue;
    s_.Emit(
        model::ReportMarkers{gang.key, gang.display_name, std::move(conflicts), {RefOf(*first)}});
  }
}

void GangBook::AnswerBind(Gang& gang, Member& member, std::string_view error) {
  if (member.bind_ticket == 0) return;
  s_.AnswerBind(member.bind_ticket, std::string(error));
  member.bind_ticket = 0;
  --gang.parked;
}

void GangBook::Evict(PodRecord& record, const std::string& message, bool only_unbound) {
  if (record.evict_again_at > s_.now || !s_.evicting.insert(record.info.uid).second) return;
  s_.NoteLeaving(record);
  s_.Emit(model::EvictPod{s_.StartWrite(WriteKind::kEvict, record.info.uid), RefOf(record.info),
                          message, only_unbound});
}

std::vector<model::NodeIndex> GangBook::NodesOf(const Gang& gang,
                                                const model::PodShape* shape) const {
  std::vector<model::NodeIndex> nodes;
  for (const auto& [uid, member] : gang.members) {
    if (shape != nullptr && member.pod->shape.get() != shape) continue;
    if (member.state == Member::State::kWaiting || member.state == Member::State::kLeaving)
      continue;
    const bool bound = member.state == Member::State::kBound;
    const model::NodeIndex node = bound ? s_.nodes.Find(member.pod->node_name) : member.node;
    if (node.valid()) nodes.push_back(node);
  }
  for (const Slot& slot : gang.slots) {
    if (shape == nullptr) nodes.push_back(slot.node);
  }
  return nodes;
}

void GangBook::SetDeadlines(Gang& gang) {
  // Whoever completes the gang again opens it for those that have come to bind meanwhile.
  if (!gang.complete() && gang.bound + gang.binding == 0) gang.barrier_open = false;
  const bool holds_in_vain = gang.placed + static_cast<int>(gang.slots.size()) > 0 &&
                             gang.bound + gang.binding == 0 && !gang.complete();
  if (!holds_in_vain) {
    gang.hold_deadline = Timestamp::Infinite();
  } else if (gang.hold_deadline == Timestamp::Infinite()) {
    gang.hold_deadline = s_.now + gang.wait_timeout(s_.options.wait_timeout);
  }
  if (gang.bound == 0) gang.over = false;
  if (!gang.over && gang.min_member() > 0 && gang.bound + gang.finished >= gang.min_member() &&
      RunsWhole(gang)) {
    const bool news = !std::exchange(gang.satisfied, true) && gang.placed_by_us;
    gang.backoffs = 0;
    if (news && gang.waiting == 0) {
      SetReason(gang, {ReasonCode::kScheduled, gang.min_member(), gang.bound + gang.finished, {}});
    }
  }
  // Of one whose object is gone nobody knows what it needs.
  if (!gang.partial() || gang.min_member() <= 0) {
    gang.repair_deadline = Timestamp::Infinite();
  } else if (gang.repair_deadline == Timestamp::Infinite()) {
    gang.repair_deadline =
        s_.now + (gang.held_back > 0 ? s_.options.start_timeout : s_.options.repair_timeout);
  }
  // A gang all of whose members are gone, going or done starts afresh.
  const bool some_count = gang.bound + gang.binding > 0 || gang.finished >= gang.min_member();
  if (gang.members.empty()) gang.satisfied = gang.barrier_open = false;
  if (!some_count) gang.satisfied = false;
  if (!gang.over && gang.satisfied != gang.run_limit.has_value()) dates_.AskRunLimit(gang);
}

void GangBook::TellPlugins(Gang& gang) {
  reserves_.TellGivenBack();
  // Its queue and the like are what its pods say. Its object may come before them, and in a new
  // process pods that have finished, of which none is a member.
  if (gang.members.empty() && gang.slots.empty() && !gang.told_of_arrival) return;
  if (!std::exchange(gang.told_of_arrival, true))
    events_.Tell(ClusterEventKind::kGangArrived, gang);
  const bool placed = gang.complete();
  if (placed && !gang.told_of_place) events_.Tell(ClusterEventKind::kGangPlaced, gang);
  gang.told_of_place = placed;
}

void GangBook::Settle(Gang& gang) {
  if (gang.empty() && !gang.object_spec && gang.object_problem.empty()) {
    DropHeadReservations(gang);
    TellPlugins(gang);
    if (gang.told_of_arrival) events_.Tell(ClusterEventKind::kGangGone, gang);
    if (!gang.plan_id.empty()) s_.plans.Erase(gang.plan_id);
    dates_.Remove(gang);
    s_.by_arrival.erase(gang.arrival);
    new_markers_.erase(gang.arrival);
    if (last_joined_ == &gang) last_joined_ = nullptr;
    s_.gangs.erase(s_.gangs.find(gang.key));
    return;
  }
  if (gang.markers_changed) new_markers_.insert(gang.arrival);
  DropUselessSlots(gang);
  if (gang.slots.empty() && !gang.plan_id.empty()) DropSlots(gang);
  if (s_.ready()) SetDeadlines(gang);
  if (gang.held_back > 0 && FollowOrder(gang)) SetDeadlines(gang);
  TellPlugins(gang);
  dates_.Update(gang);
}

void GangBook::Save(CoreCheckpoint& checkpoint) const {
  dates_.Save(checkpoint);
  survey_.Save(checkpoint);
}

void GangBook::Restore(const CoreCheckpoint& checkpoint) {
  dates_.Restore(checkpoint);
  survey_.Restore(checkpoint);
  for (const auto& [arrival, gang] : s_.by_arrival)
    if (gang->markers_changed) new_markers_.insert(arrival);
}

}  // namespace tutti::planner
