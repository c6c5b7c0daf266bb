#include "planner/core.h"

#include <utility>

#include "base/status_macros.h"
#include "framework/decision_time.h"
#include "planner/admission_desk.h"
#include "planner/bind_desk.h"
#include "planner/core_audit.h"
#include "planner/core_checkpoint.h"
#include "planner/core_reader.h"
#include "planner/core_state.h"
#include "planner/event_desk.h"
#include "planner/gang_book.h"
#include "planner/gang_release.h"
#include "planner/group_desk.h"
#include "planner/object_desk.h"
#include "planner/plugin_recall.h"
#include "planner/pod_desk.h"
#include "planner/pre_enqueue.h"
#include "planner/queue_planner.h"
#include "planner/reserve_desk.h"

namespace tutti::planner {

using base::Timestamp;

struct Core::Parts {
  Parts(CoreOptions options, const base::Interner& labels, framework::Plugins plugins)
      : state(std::move(options), labels, std::move(plugins)) {}

  CoreState state;
  EventDesk events{state};
  ReserveDesk reserves{state};
  BoundPodIndex bound{state};
  GangBook gangs{state, reserves, events};
  BindDesk binds{state, gangs};
  PodDesk pods{state, gangs, binds, bound, events};
  GroupDesk groups{state, gangs, binds, pods};
  ObjectDesk objects{state, gangs.dates()};
  PluginRecall recall{state, events, reserves};
  PreEnqueue pre_enqueue{state, gangs};
  AdmissionDesk admissions{state, gangs, pre_enqueue};
  QueuePlanner queue{state, gangs, binds, pre_enqueue, bound};
  CoreReader reader{state, gangs, pre_enqueue, queue, bound, objects};
  uint64_t generation = 0;

  void On(model::NodeUpserted& e) { pods.UpsertNode(std::move(e.node)); }
  void On(model::NodeDeleted& e) { pods.RemoveNode(e.name); }
  void On(model::PodUpserted& e) { pods.Upsert(std::move(e.pod)); }
  void On(model::PodDeleted& e) { pods.Remove(e.uid); }
  void On(model::GangObjectUpserted& e) { groups.Upsert(std::move(e)); }
  void On(model::GangObjectDeleted& e) { groups.Remove(e.key); }
  void On(model::VolumeClaimUpserted& e) { Replan(), state.volumes.Upsert(std::move(e.claim)); }
  void On(model::VolumeClaimDeleted& e) {
    Replan(), state.volumes.RemoveClaim(e.namespace_name, e.name);
  }
  void On(model::VolumeUpserted& e) { Replan(), state.volumes.Upsert(std::move(e.volume)); }
  void On(model::VolumeDeleted& e) { Replan(), state.volumes.RemoveVolume(e.name); }
  // A round over queues that are others now is none.
  void On(model::WatchedObjectUpserted& e) { queue.DropHead(), objects.Upsert(std::move(e)); }
  void On(model::WatchedObjectDeleted& e) { queue.DropHead(), objects.Remove(e.key); }
  void On(model::CachesSynced&) { SetReady(true, state.leading); }
  void On(model::LeadershipChanged& e) { SetReady(state.synced, e.leading); }
  void On(model::PodAdmitted& e) { admissions.Request(e); }
  void On(model::BindRequested& e) { binds.Request(e); }
  void On(model::BindAbandoned& e) { binds.Abandon(e.ticket); }
  void On(model::PlacementNotOffered& e) { pods.NotOffered(e); }
  void On(model::GangHeld& e);
  void On(model::QueueGateSet& e);
  void On(model::NodeClosed& e) { Replan(), state.nodes.SetClosed(e.name, e.closed); }
  void On(model::WriteFinished& e);
  void On(model::TimePassed&);

  void Replan() { state.planning_due = true; }
  // 0: nobody has said where the axis of time begins.
  int64_t SinceEpoch() const {
    const int64_t zero = state.options.timestamp_zero.count();
    return zero == 0 ? 0 : zero + state.now.nanos;
  }
  void SetReady(bool synced, bool leading);
  void GiveEverythingBack();
  void GangDue(Gang& gang);
  void MembersDue(Gang& gang);
  void SlotsDue(Gang& gang);
  void RepairFailed(Gang& gang);
};

Core::Core(CoreOptions options, const base::Interner& labels, framework::Plugins plugins)
    : parts_(std::make_unique<Parts>(std::move(options), labels, std::move(plugins))) {}

Core::~Core() = default;

model::Effects Core::Apply(Timestamp now, model::ClusterEvent event) {
  CoreState& state = parts_->state;
  state.now = now;
  const framework::DecisionTime time(parts_->SinceEpoch());
  std::visit([this](auto& e) { parts_->On(e); }, event);
  return std::exchange(state.effects, {});
}

void Core::Parts::On(model::GangHeld& e) {
  Gang* gang = gangs.Find(e.key);
  if (gang == nullptr) return;
  gang->held = e.held;
  Replan();
}

void Core::Parts::On(model::QueueGateSet& e) {
  if (e.gate == model::QueueGate::kDraining && state.queue_gate != e.gate)
    state.drained_from = state.next_arrival;
  state.queue_gate = e.gate;
  Replan();
}

void Core::Parts::On(model::WriteFinished& e) {
  const auto it = state.writes.find(e.write);
  if (it == state.writes.end()) return;
  const PendingWrite write = std::move(it->second);
  state.writes.erase(it);
  if (write.kind == WriteKind::kBind) {
    binds.Finish(write, e);
  } else {
    pods.FinishWrite(write, e);
  }
}

void Core::Parts::SetReady(bool synced, bool leading) {
  const bool was_ready = state.ready();
  if (was_ready && !(synced && leading)) binds.RefuseAll();
  state.synced = synced;
  state.leading = leading;
  if (was_ready && !state.ready()) GiveEverythingBack();
  if (was_ready || !state.ready()) return;
  Replan();
  // Settling may end a gang, so walk over a copy.
  const auto all = state.by_arrival;
  for (const auto& [arrival, gang] : all) {
    gang->satisfied = gang->satisfied || WasWhole(*gang);
    FollowLostMember(state, gangs, *gang);
    gangs.Settle(*gang);
  }
}

void Core::Parts::GiveEverythingBack() {
  queue.DropHead();
  const auto all = state.by_arrival;
  for (const auto& [arrival, gang] : all) {
    gangs.DropSlots(*gang);
    for (auto& [uid, member] : gang->members) gangs.Unplace(*gang, member);
    gangs.Settle(*gang);
  }
}

void Core::Parts::On(model::TimePassed&) {
  binds.Expire();
  gangs.dates().LetPluginSettle();
  if (!state.ready()) return;
  gangs.ReportMarkers();
  binds.AskPermitsAgain();
  for (Gang* gang : gangs.Due()) GangDue(*gang);
  if (queue.NextDeadline() <= state.now) Replan();
  std::multiset<Timestamp>& retries = state.evict_retries;
  while (!retries.empty() && *retries.begin() <= state.now) {
    retries.erase(retries.begin());
    Replan();
  }
  const bool due = std::exchange(state.planning_due, false);
  if (!due && !queue.unfinished()) return;
  // News that meet a pass in the middle of the queue are for the gangs at its beginning, too.
  if (queue.unfinished()) state.planning_due = due;
  gangs.dates().Refresh();
  queue.Pass();
}

void Core::Parts::GangDue(Gang& gang) {
  if (gang.report_deadline <= state.now) gangs.Report(gang);
  if (gang.hold_deadline <= state.now) {
    gangs.GiveUp(gang, {model::ReasonCode::kBackingOff,
                        gang.min_member(),
                        static_cast<int64_t>(gang.members.size()),
                        {}});
  }
  if (gang.repair_deadline <= state.now) RepairFailed(gang);
  if (gang.run_deadline <= state.now) EvictOverdueGang(gangs, gang);
  if (gang.member_deadline <= state.now) {
    gang.member_deadline = Timestamp::Infinite();
    MembersDue(gang);
    SlotsDue(gang);
  }
  Replan();
  gangs.Settle(gang);
}

void Core::Parts::MembersDue(Gang& gang) {
  for (auto& [uid, member] : gang.members) {
    if (member.bind_ticket != 0 && member.state == Member::State::kPlaced) {
      if (member.bind_deadline <= state.now) {
        const int64_t need = gang.min_member();
        gangs.AnswerBind(
            gang, member,
            model::StableMessage({model::ReasonCode::kWaitingForMembers, need, 0, {}}));
      } else {
        gangs.ScheduleMember(gang, member.bind_deadline);
      }
    }
    if (member.retry_write_at <= state.now) {
      gangs.Tell(member);
    } else if (member.retry_write_at != Timestamp::Infinite()) {
      gangs.ScheduleMember(gang, member.retry_write_at);
    }
  }
  std::erase_if(gang.refusals, [&](const Refusal& refusal) {
    // Kept for a while after it has lapsed, so that a second refusal lasts longer.
    return refusal.until + state.options.refused_node_expiry <= state.now;
  });
  for (const Refusal& refusal : gang.refusals) {
    const bool active = refusal.until > state.now;
    gangs.ScheduleMember(
        gang, active ? refusal.until : refusal.until + state.options.refused_node_expiry);
  }
}

void Core::Parts::SlotsDue(Gang& gang) {
  for (Slot& slot : gang.slots) {
    if (!slot.issued) continue;
    if (slot.issue_deadline <= state.now) {
      // The CREATE did not come through. A new number, so that the old token stays worthless.
      slot.issued = false;
      slot.pod_name.clear();
      slot.number = gang.next_slot++;
    } else {
      gangs.ScheduleMember(gang, slot.issue_deadline);
    }
  }
}

void Core::Parts::RepairFailed(Gang& gang) {
  gang.repair_deadline = Timestamp::Infinite();
  if (gang.binding > 0) return;  // it waits for the API server: how that ends is not known yet
  if (gang.over) return EvictOverdueGang(gangs, gang);  // some evictions were refused
  if (state.options.partial_gang_policy == PartialGangPolicy::kKeep) {
    gang.satisfied = true;  // taken as it is
    return;
  }
  ReleasePartialGang(
      gangs, gang,
      gang.held_back > 0
          ? "the roles that others of the gang start after were not ready in time "
            "(tutti.dev/start-after)"
          : "the gang could not be completed in time: fewer than minMember pods were bound");
}

Timestamp Core::NextDeadline() const {
  const CoreState& state = parts_->state;
  if (state.ready() && (state.planning_due || parts_->queue.unfinished())) return state.now;
  const Timestamp retry =
      state.evict_retries.empty() ? Timestamp::Infinite() : *state.evict_retries.begin();
  // Gangs are looked at by whoever leads.
  const Timestamp planning =
      std::min({parts_->gangs.dates().NextDeadline(), parts_->queue.NextDeadline(), retry});
  return std::min(parts_->binds.NextDeadline(), state.ready() ? planning : Timestamp::Infinite());
}

std::shared_ptr<const model::ClusterSnapshot> Core::Publish() {
  CoreState& state = parts_->state;
  auto snapshot = std::make_shared<model::ClusterSnapshot>();
  snapshot->generation = ++parts_->generation;
  snapshot->ready = state.ready();
  model::NodeTable::Published nodes = state.nodes.Publish();
  snapshot->blocks = std::move(nodes.blocks);
  snapshot->directory = std::move(nodes.directory);
  snapshot->verdicts = state.verdicts.Publish();
  snapshot->plans = state.plans.Publish();
  snapshot->devices = state.options.devices;
  snapshot->any_placed = state.ledger.any_placed();
  snapshot->head_priority = state.ledger.head_priority();
  return snapshot;
}

CoreReader& Core::reader() { return parts_->reader; }

Core::Counts Core::Count() const {
  Counts counts = CoreAudit(parts_->state).Count();
  counts.planned_starts = parts_->queue.promised();
  return counts;
}

size_t Core::reservations() const { return parts_->state.ledger.size(); }

CoreCheckpoint Core::Save() const {
  CoreCheckpoint checkpoint;
  SaveState(parts_->state, checkpoint);
  checkpoint.generation = parts_->generation;
  parts_->gangs.Save(checkpoint);
  parts_->binds.Save(checkpoint);
  parts_->queue.Save(checkpoint);
  parts_->objects.Save(checkpoint);
  parts_->recall.Save(checkpoint);
  return checkpoint;
}

absl::Status Core::Restore(CoreCheckpoint checkpoint) {
  TUTTI_RETURN_IF_ERROR(Validate(checkpoint));
  RestoreState(checkpoint, parts_->state);
  for (const auto& [uid, record] : parts_->state.pods)
    if (record.charged) parts_->bound.Add(record);  // in any order: who asks gets them sorted
  parts_->generation = checkpoint.generation;
  const framework::DecisionTime time(parts_->SinceEpoch());
  parts_->objects.Restore(checkpoint);
  parts_->recall.Restore(checkpoint);
  parts_->gangs.Restore(checkpoint);
  parts_->binds.Restore(checkpoint);
  parts_->queue.Restore(checkpoint);
  return absl::OkStatus();
}

std::vector<std::string> Core::CheckInvariants() const {
  return CoreAudit(parts_->state).CheckInvariants();
}

std::string Core::DurableState() const { return CoreAudit(parts_->state).DurableState(); }

}  // namespace tutti::planner
