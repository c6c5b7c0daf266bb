#include "record/checkpoint_codec.h"

#include <utility>

#include "record/event_codec.h"
#include "record/start_plan_codec.h"
#include "record/plugin_codec.h"

namespace tutti::record {
namespace {

using planner::CoreCheckpoint;
using planner::Gang;
using planner::Member;
using planner::ReservationId;

constexpr int kThingsPerPiece = 512;

// Reservations count from 1.
uint64_t NumberOf(ReservationId id) { return id.valid() ? id.value : 0; }
ReservationId Reservation(uint64_t number) {
  return number == 0 ? ReservationId() : ReservationId(number);
}

void PutMember(const base::Uid& uid, const Member& member, pb::SavedMember& out) {
  const auto& [pod, state, reservation, node, placed_at, verdict_seen, echoed, write, tell_again,
               write_failures, retry_write_at, bind_ticket, bind_deadline, held_back] = member;
  static_cast<void>(pod);  // found by its uid
  Put(uid, *out.mutable_uid());
  out.set_state(static_cast<uint32_t>(state));
  out.set_reservation(NumberOf(reservation));
  out.set_node(PlusOne(node));
  out.set_placed_at(placed_at.nanos);
  out.set_verdict_seen(verdict_seen);
  out.set_echoed(echoed);
  out.set_write(write);
  out.set_tell_again(tell_again);
  out.set_write_failures(write_failures);
  out.set_retry_write_at(retry_write_at.nanos);
  out.set_bind_ticket(bind_ticket);
  out.set_bind_deadline(bind_deadline.nanos);
  out.set_held_back(held_back);
}

void PutSlot(const planner::Slot& slot, pb::SavedSlot& out, TableWriter& tables) {
  const auto& [shape, reservation, node, number, issued, pod_name, issue_deadline] = slot;
  out.set_shape(tables.NumberOf(shape));
  out.set_reservation(NumberOf(reservation));
  out.set_node(node.value);
  out.set_number(number);
  out.set_issued(issued);
  out.set_pod_name(pod_name);
  out.set_issue_deadline(issue_deadline.nanos);
}

void PutGang(const Gang& gang, pb::SavedGang& out, TableWriter& tables) {
  Put(gang.key, *out.mutable_key());
  out.set_display_name(gang.display_name);
  out.set_arrival(gang.arrival);
  if (gang.object_spec) Put(*gang.object_spec, *out.mutable_object_spec());
  out.set_object_problem(gang.object_problem);
  out.set_object_queue(gang.object_queue);
  out.set_object_markers(tables.NumberOf(gang.object_markers));
  out.set_markers_changed(gang.markers_changed);
  for (const std::string& told : gang.told_conflicts) out.add_told_conflicts(told);
  out.set_admitted_queue(gang.admitted_queue);
  out.set_admitted_submitter(gang.admitted_submitter);
  if (gang.admitted_spec) Put(*gang.admitted_spec, *out.mutable_admitted_spec());
  for (const auto& [uid, member] : gang.members) PutMember(uid, member, *out.add_members());
  out.set_plan_id(gang.plan_id);
  out.set_next_slot(gang.next_slot);
  for (const planner::Slot& slot : gang.slots) PutSlot(slot, *out.add_slots(), tables);
  for (const ReservationId id : gang.head_reservations) out.add_head_reservations(NumberOf(id));
  out.set_barrier_open(gang.barrier_open);
  out.set_satisfied(gang.satisfied);
  out.set_hold_deadline(gang.hold_deadline.nanos);
  out.set_backoff_until(gang.backoff_until.nanos);
  out.set_backoffs(gang.backoffs);
  out.set_repair_deadline(gang.repair_deadline.nanos);
  out.set_member_deadline(gang.member_deadline.nanos);
  if (gang.run_limit) out.set_run_limit(gang.run_limit->count());
  out.set_run_deadline(gang.run_deadline.nanos);
  out.set_over(gang.over);
  for (const planner::Refusal& refusal : gang.refusals) {
    const auto& [shape, node_name, strikes, until] = refusal;
    pb::SavedRefusal& to = *out.add_refusals();
    to.set_shape(tables.NumberOf(shape));
    to.set_node_name(node_name);
    to.set_strikes(strikes);
    to.set_until(until.nanos);
  }
  out.set_first_seen(gang.first_seen.nanos);
  out.set_started(gang.started.nanos);
  out.set_learned(gang.learned.count());
  out.set_report_deadline(gang.report_deadline.nanos);
  out.set_told_to_wait(gang.told_to_wait);
  out.set_told_of_arrival(gang.told_of_arrival);
  out.set_told_of_place(gang.told_of_place);
  out.set_placed_by_us(gang.placed_by_us);
  out.set_held(gang.held);
  Put(gang.reason, *out.mutable_reason(), tables);
  out.set_reason_detail(gang.reason_detail);
}

void PutPlace(const CoreCheckpoint::Place& place, pb::SavedPlace& out) {
  const auto& [whole, priority, arrival] = place;
  out.set_whole(whole);
  out.set_priority(priority);
  out.set_arrival(arrival);
}

void PutPod(const CoreCheckpoint::Pod& pod, pb::SavedPod& out, TableWriter& tables) {
  const auto& [info, gang, charged, finished, assumed, evicting, evict_failures, evict_again_at] =
      pod;
  Put(info, *out.mutable_info(), tables);
  out.set_gang(gang);
  out.set_charged(charged);
  out.set_finished(finished);
  out.set_assumed(NumberOf(assumed));
  out.set_evicting(evicting);
  out.set_evict_failures(evict_failures);
  out.set_evict_again_at(evict_again_at.nanos);
}

// Of one that was given back `id` is none.
void PutReservation(ReservationId id, const planner::ReservationLedger::Reservation& reservation,
                    pb::SavedReservation& out, TableWriter& tables) {
  const auto& [node, shape, gang, pod, what, devices, announced] = reservation;
  out.set_id(NumberOf(id));
  out.set_node(node.value);
  out.set_shape(tables.NumberOf(shape));
  out.set_gang(gang);
  Put(pod, *out.mutable_pod());
  out.set_for_head(what == model::NodeTable::Reserved::kForHead);
  out.set_devices(Bits(devices));
  out.set_announced(announced);
}

template <class Numbers>
void PutNodes(const std::vector<model::NodeIndex>& nodes, Numbers& out) {
  for (const model::NodeIndex node : nodes) out.Add(PlusOne(node));
}

void PutHeadRoom(const CoreCheckpoint::HeadRoom& room, pb::SavedHeadRoom& out,
                 TableWriter& tables) {
  const auto& [classes, chosen, nodes_are_as_then] = room;
  for (const planner::MemberClass& member_class : classes) {
    const auto& [shape, namespace_name, count, only, refused, peers, gang] = member_class;
    pb::SavedClass& to = *out.add_classes();
    to.set_shape(tables.NumberOf(shape));
    to.set_namespace_name(namespace_name);
    to.set_count(count);
    PutNodes(only, *to.mutable_only());
    PutNodes(refused, *to.mutable_refused());
    PutNodes(peers, *to.mutable_peers());
    to.set_gang(gang);
  }
  out.set_chosen(chosen);
  out.set_nodes_are_as_then(nodes_are_as_then);
}

// Emits a piece whenever it is full.
class PieceWriter {
 public:
  explicit PieceWriter(const EmitEntry& emit) : emit_(emit) {}

  pb::CheckpointPiece& Next() {
    if (things_++ == kThingsPerPiece) {
      Flush();
      things_ = 1;
    }
    return *entry_.mutable_checkpoint();
  }
  void Flush() {
    emit_(entry_);
    entry_.Clear();
  }
  pb::CheckpointPiece& last() { return *entry_.mutable_checkpoint(); }

 private:
  const EmitEntry& emit_;
  pb::LogEntry entry_;
  int things_ = 0;
};

void PutSurvey(const planner::HolderSurvey::Survey& survey, pb::SavedSurvey& out) {
  const auto& [taken_at, gangs, bound_of_gangs] = survey;
  out.set_taken_at(taken_at.nanos);
  for (const auto& [namespace_name, display_name, arrival, amounts] : gangs) {
    pb::SavedHolder& holder = *out.add_gangs();
    holder.set_namespace_name(namespace_name);
    holder.set_display_name(display_name);
    holder.set_arrival(arrival);
    Put(amounts, *holder.mutable_amounts());
  }
  Put(bound_of_gangs, *out.mutable_bound_of_gangs());
}

void PutValues(const CoreCheckpoint& c, pb::CheckpointPiece& out, TableWriter& tables) {
  out.set_now(c.now.nanos);
  out.set_synced(c.synced);
  out.set_leading(c.leading);
  out.set_planning_due(c.planning_due);
  out.set_generation(c.generation);
  out.set_next_arrival(c.next_arrival);
  out.set_head(c.head);
  out.set_next_plan(c.next_plan);
  out.set_next_write(c.next_write);
  out.set_next_reservation(c.next_reservation);
  out.set_next_nomination(c.next_nomination.nanos);
  out.set_nominations_pending(c.nominations_pending);
  out.set_queue_gate(static_cast<uint32_t>(c.queue_gate));
  out.set_drained_from(c.drained_from);
  if (c.resume) {
    const auto& [place, duration] = *c.resume;
    PutPlace(place, *out.mutable_resume()->mutable_place());
    out.mutable_resume()->set_duration(duration.count());
  }
  if (c.head_room) PutHeadRoom(*c.head_room, *out.mutable_head_room(), tables);
  if (c.survey) PutSurvey(*c.survey, *out.mutable_survey());
  if (c.round) Put(*c.round, *out.mutable_round());
}

}  // namespace

void PutCheckpoint(const CoreCheckpoint& c, uint64_t next_batch, TableWriter& tables,
                   const EmitEntry& emit) {
  PieceWriter pieces(emit);
  for (const auto& [index, info] : c.nodes.nodes) {
    pb::SavedNode& node = *pieces.Next().add_nodes();
    node.set_index(index.value);
    Put(*info, *node.mutable_info());
  }
  for (const model::NodeIndex index : c.nodes.free) pieces.Next().add_free_nodes(index.value);
  for (const std::string& name : c.closed_nodes) pieces.Next().add_closed_nodes(name);
  for (const auto& object : c.objects) Put(object, *pieces.Next().add_objects());
  for (const auto& group : c.groups) Put(group, *pieces.Next().add_groups(), tables);
  for (const auto& claim : c.claims) Put(claim, *pieces.Next().add_claims());
  for (const auto& volume : c.volumes) Put(volume, *pieces.Next().add_volumes());
  for (const Gang& gang : c.gangs) PutGang(gang, *pieces.Next().add_gangs(), tables);
  for (const CoreCheckpoint::Pod& pod : c.pods) PutPod(pod, *pieces.Next().add_pods(), tables);
  for (const auto& [id, reservation] : c.reservations)
    PutReservation(id, reservation, *pieces.Next().add_reservations(), tables);
  for (const auto& reservation : c.given_back)
    PutReservation(ReservationId(), reservation, *pieces.Next().add_given_back(), tables);
  for (const auto& [number, write] : c.writes) {
    const auto& [kind, uid, bind_ticket, node_name] = write;
    pb::SavedWrite& out = *pieces.Next().add_writes();
    out.set_number(number);
    out.set_kind(static_cast<uint32_t>(kind));
    Put(uid, *out.mutable_uid());
    out.set_bind_ticket(bind_ticket);
    out.set_node_name(node_name);
  }
  for (const base::Timestamp at : c.evict_retries) pieces.Next().add_evict_retries(at.nanos);
  for (const auto& [uid, verdict] : c.verdicts) {
    const auto& [node, reason] = verdict;
    pb::SavedVerdict& out = *pieces.Next().add_verdicts();
    Put(uid, *out.mutable_uid());
    out.set_node(PlusOne(node));
    Put(reason, *out.mutable_reason(), tables);
  }
  for (const CoreCheckpoint::Place& place : c.queue) PutPlace(place, *pieces.Next().add_queue());
  for (const auto& [arrival, deadline, end] : c.dates) {
    pb::SavedGangDates& out = *pieces.Next().add_dates();
    out.set_arrival(arrival);
    out.set_deadline(deadline.nanos);
    out.set_end(end.nanos);
  }
  for (const auto& [request, deadline] : c.unseen_binds) {
    pb::SavedBind& out = *pieces.Next().add_unseen_binds();
    Put(request, *out.mutable_request());
    out.set_deadline(deadline.nanos);
  }
  for (const model::BindRequested& request : c.held_binds)
    Put(request, *pieces.Next().add_held_binds());
  for (const auto& [uid, ticket, deadline, permitted] : c.permits) {
    pb::SavedPermit& out = *pieces.Next().add_permits();
    Put(uid, *out.mutable_uid());
    out.set_ticket(ticket);
    out.set_deadline(deadline.nanos);
    out.mutable_permitted()->Add(permitted.begin(), permitted.end());
  }
  for (const planner::StartPlan::Entry& entry : c.start_plan)
    Put(entry, *pieces.Next().add_planned_starts());
  for (const auto& [namespace_name, name, last_run, before] : c.submitters) {
    pb::SavedSubmitter& out = *pieces.Next().add_submitters();
    out.set_namespace_name(namespace_name);
    out.set_name(name);
    out.set_last(last_run.count());
    out.set_before(before.count());
  }
  for (const framework::PluginState& state : c.plugin_states)
    Put(state, *pieces.Next().add_plugin_states());
  pb::CheckpointPiece& last = pieces.last();
  PutValues(c, last, tables);
  last.set_next_batch(next_batch);
  last.set_last(true);
  pieces.Flush();
}

namespace {

void GetMember(const pb::SavedMember& in, Gang& gang, ModelReader& reader) {
  base::Uid uid;
  reader.Get(in.uid(), uid);
  Member& member = gang.members[uid];
  member.state = reader.Enumerator(in.state(), Member::State::kLeaving, "state of a member");
  member.reservation = Reservation(in.reservation());
  member.node = reader.MinusOne<model::NodeIndex>(in.node(), "node");
  member.placed_at = reader.Time(in.placed_at());
  member.verdict_seen = in.verdict_seen();
  member.echoed = in.echoed();
  member.write = in.write();
  member.tell_again = in.tell_again();
  member.write_failures = in.write_failures();
  member.retry_write_at = reader.Time(in.retry_write_at());
  member.bind_ticket = in.bind_ticket();
  member.bind_deadline = reader.Time(in.bind_deadline());
  member.held_back = in.held_back();
}

void GetGang(const pb::SavedGang& in, Gang& gang, ModelReader& reader) {
  reader.Get(in.key(), gang.key);
  gang.display_name = in.display_name();
  gang.arrival = in.arrival();
  if (in.has_object_spec()) reader.Get(in.object_spec(), gang.object_spec.emplace());
  gang.object_problem = in.object_problem();
  gang.object_queue = in.object_queue();
  gang.object_markers = reader.Markers(in.object_markers());
  gang.markers_changed = in.markers_changed();
  gang.told_conflicts.assign(in.told_conflicts().begin(), in.told_conflicts().end());
  gang.admitted_queue = in.admitted_queue();
  gang.admitted_submitter = in.admitted_submitter();
  if (in.has_admitted_spec()) reader.Get(in.admitted_spec(), gang.admitted_spec.emplace());
  for (const pb::SavedMember& member : in.members()) GetMember(member, gang, reader);
  gang.plan_id = in.plan_id();
  gang.next_slot = in.next_slot();
  for (const pb::SavedSlot& slot : in.slots()) {
    gang.slots.push_back({reader.Shape(slot.shape()), Reservation(slot.reservation()),
                          model::NodeIndex(slot.node()), slot.number(), slot.issued(),
                          slot.pod_name(), reader.Time(slot.issue_deadline())});
  }
  for (const uint64_t id : in.head_reservations())
    gang.head_reservations.push_back(Reservation(id));
  gang.barrier_open = in.barrier_open();
  gang.satisfied = in.satisfied();
  gang.hold_deadline = reader.Time(in.hold_deadline());
  gang.backoff_until = reader.Time(in.backoff_until());
  gang.backoffs = in.backoffs();
  gang.repair_deadline = reader.Time(in.repair_deadline());
  gang.member_deadline = reader.Time(in.member_deadline());
  if (in.has_run_limit()) {
    gang.run_limit = reader.Length(in.run_limit());
    gang.run_deadline = reader.Time(in.run_deadline());
  }
  gang.over = in.over();
  for (const pb::SavedRefusal& refusal : in.refusals()) {
    gang.refusals.push_back({reader.Shape(refusal.shape()), refusal.node_name(), refusal.strikes(),
                             reader.Time(refusal.until())});
  }
  gang.first_seen = reader.Time(in.first_seen());
  gang.started = reader.SignedTime(in.started());
  gang.learned = reader.Length(in.learned());
  gang.report_deadline = reader.Time(in.report_deadline());
  gang.told_to_wait = in.told_to_wait();
  gang.told_of_arrival = in.told_of_arrival();
  gang.told_of_place = in.told_of_place();
  gang.placed_by_us = in.placed_by_us();
  gang.held = in.held();
  reader.Get(in.reason(), gang.reason);
  gang.reason_detail = in.reason_detail();
}

CoreCheckpoint::Place PlaceOf(const pb::SavedPlace& in) {
  return {in.whole(), in.priority(), in.arrival()};
}

void GetSurvey(const pb::SavedSurvey& in, planner::HolderSurvey::Survey& survey,
               ModelReader& reader) {
  survey.taken_at = reader.Time(in.taken_at());
  for (const pb::SavedHolder& holder : in.gangs()) {
    auto& [namespace_name, display_name, arrival, amounts] = survey.gangs.emplace_back();
    namespace_name = holder.namespace_name();
    display_name = holder.display_name();
    arrival = holder.arrival();
    reader.Get(holder.amounts(), amounts, INT64_MAX);
  }
  reader.Get(in.bound_of_gangs(), survey.bound_of_gangs, INT64_MAX);
}

template <class Numbers>
void GetNodes(const Numbers& in, std::vector<model::NodeIndex>& nodes, ModelReader& reader) {
  for (const uint32_t number : in)
    nodes.push_back(reader.MinusOne<model::NodeIndex>(number, "node"));
}

void GetHeadRoom(const pb::SavedHeadRoom& in, CoreCheckpoint::HeadRoom& room, ModelReader& reader) {
  for (const pb::SavedClass& from : in.classes()) {
    auto& [shape, namespace_name, count, only, refused, peers, gang] = room.classes.emplace_back();
    shape = reader.Shape(from.shape());
    namespace_name = from.namespace_name();
    count = from.count();
    GetNodes(from.only(), only, reader);
    GetNodes(from.refused(), refused, reader);
    GetNodes(from.peers(), peers, reader);
    gang = from.gang();
  }
  room.chosen = in.chosen();
  room.nodes_are_as_then = in.nodes_are_as_then();
}

void GetValues(const pb::CheckpointPiece& in, CoreCheckpoint& c, ModelReader& reader) {
  c.now = reader.Now(in.now());
  c.synced = in.synced();
  c.leading = in.leading();
  c.planning_due = in.planning_due();
  c.generation = in.generation();
  c.next_arrival = in.next_arrival();
  c.head = in.head();
  c.next_plan = in.next_plan();
  c.next_write = in.next_write();
  c.next_reservation = in.next_reservation();
  c.next_nomination = reader.Time(in.next_nomination());
  c.nominations_pending = in.nominations_pending();
  c.queue_gate = reader.Enumerator(in.queue_gate(), model::QueueGate::kHeld, "gate of the queue");
  c.drained_from = in.drained_from();
  if (in.has_resume())
    c.resume = {PlaceOf(in.resume().place()), reader.Length(in.resume().duration())};
  if (in.has_head_room()) GetHeadRoom(in.head_room(), c.head_room.emplace(), reader);
  if (in.has_round()) Get(in.round(), c.round.emplace(), reader);
  if (in.has_survey()) GetSurvey(in.survey(), c.survey.emplace(), reader);
}

planner::ReservationLedger::Reservation ReservationOf(const pb::SavedReservation& in,
                                                      ModelReader& reader) {
  planner::ReservationLedger::Reservation reservation;
  reservation.node = model::NodeIndex(in.node());
  reservation.shape = reader.Shape(in.shape());
  reservation.gang = in.gang();
  reader.Get(in.pod(), reservation.pod);
  reservation.what =
      in.for_head() ? model::NodeTable::Reserved::kForHead : model::NodeTable::Reserved::kPlaced;
  reservation.devices = reader.Devices(in.devices());
  reservation.announced = in.announced();
  return reservation;
}

}  // namespace

void GetPiece(const pb::CheckpointPiece& in, CoreCheckpoint& c, ModelReader& reader) {
  for (const pb::SavedNode& node : in.nodes()) {
    model::NodeInfo info;
    reader.Get(node.info(), info);
    c.nodes.nodes.emplace_back(model::NodeIndex(node.index()),
                               std::make_shared<const model::NodeInfo>(std::move(info)));
  }
  for (const uint32_t index : in.free_nodes()) c.nodes.free.emplace_back(index);
  c.closed_nodes.insert(c.closed_nodes.end(), in.closed_nodes().begin(), in.closed_nodes().end());
  for (const auto& object : in.objects()) reader.Get(object, c.objects.emplace_back());
  for (const auto& group : in.groups()) reader.Get(group, c.groups.emplace_back());
  for (const auto& claim : in.claims()) reader.Get(claim, c.claims.emplace_back());
  for (const auto& volume : in.volumes()) reader.Get(volume, c.volumes.emplace_back());
  for (const pb::SavedGang& gang : in.gangs()) GetGang(gang, c.gangs.emplace_back(), reader);
  for (const pb::SavedPod& saved : in.pods()) {
    CoreCheckpoint::Pod& pod = c.pods.emplace_back();
    reader.Get(saved.info(), pod.info);
    pod.gang = saved.gang();
    pod.charged = saved.charged();
    pod.finished = saved.finished();
    pod.assumed = Reservation(saved.assumed());
    pod.evicting = saved.evicting();
    pod.evict_failures = saved.evict_failures();
    pod.evict_again_at = reader.Time(saved.evict_again_at());
  }
  for (const pb::SavedReservation& saved : in.reservations())
    c.reservations.emplace(Reservation(saved.id()), ReservationOf(saved, reader));
  for (const pb::SavedReservation& saved : in.given_back())
    c.given_back.push_back(ReservationOf(saved, reader));
  for (const pb::SavedWrite& saved : in.writes()) {
    planner::PendingWrite& write = c.writes[saved.number()];
    write.kind = reader.Enumerator(saved.kind(), planner::WriteKind::kEvict, "kind of write");
    reader.Get(saved.uid(), write.uid);
    write.bind_ticket = saved.bind_ticket();
    write.node_name = saved.node_name();
  }
  for (const int64_t at : in.evict_retries()) c.evict_retries.push_back(reader.Time(at));
  for (const pb::SavedVerdict& saved : in.verdicts()) {
    auto& [uid, verdict] = c.verdicts.emplace_back();
    reader.Get(saved.uid(), uid);
    verdict.node = reader.MinusOne<model::NodeIndex>(saved.node(), "node");
    reader.Get(saved.reason(), verdict.reason);
  }
  for (const pb::SavedPlace& place : in.queue()) c.queue.push_back(PlaceOf(place));
  for (const pb::SavedGangDates& dates : in.dates()) {
    c.dates.push_back(
        {dates.arrival(), reader.Time(dates.deadline()), reader.SignedTime(dates.end())});
  }
  for (const pb::SavedBind& saved : in.unseen_binds()) {
    CoreCheckpoint::UnseenBind& bind = c.unseen_binds.emplace_back();
    Get(saved.request(), bind.request, reader);
    bind.deadline = reader.Time(saved.deadline());
  }
  for (const pb::BindRequested& saved : in.held_binds())
    Get(saved, c.held_binds.emplace_back(), reader);
  for (const pb::SavedPermit& saved : in.permits()) {
    CoreCheckpoint::Permit& permit = c.permits.emplace_back();
    reader.Get(saved.uid(), permit.uid);
    permit.ticket = saved.ticket();
    permit.deadline = reader.Time(saved.deadline());
    permit.permitted.assign(saved.permitted().begin(), saved.permitted().end());
  }
  for (const pb::SavedSubmitter& saved : in.submitters()) {
    c.submitters.push_back({saved.namespace_name(), saved.name(), reader.Length(saved.last()),
                            reader.Length(saved.before())});
  }
  for (const pb::SavedPlannedStart& saved : in.planned_starts())
    Get(saved, c.start_plan.emplace_back(), reader);
  for (const pb::SavedPluginState& state : in.plugin_states()) c.plugin_states.push_back(Get(state));
  if (in.last()) GetValues(in, c, reader);
}

}  // namespace tutti::record
