#include "planner/core_checkpoint.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tutti::planner {
namespace {

constexpr size_t kMostNodes = size_t{1} << 20;
constexpr base::Timestamp kEarliest{-(int64_t{1} << 62)};
constexpr int64_t kMostMembers = int64_t{1} << 24;

template <class... Args>
absl::Status Wrong(const absl::FormatSpec<Args...>& format, const Args&... args) {
  return absl::InvalidArgumentError(
      "the saved state contradicts itself: " + absl::StrFormat(format, args...) + "; save it anew");
}

// Looks everything up that the parts take for granted.
class Validator {
 public:
  explicit Validator(const CoreCheckpoint& checkpoint) : c_(checkpoint) {}

  absl::Status Run() {
    TUTTI_RETURN_IF_ERROR(Nodes());
    TUTTI_RETURN_IF_ERROR(Reservations());
    for (const CoreCheckpoint::Pod& pod : c_.pods) TUTTI_RETURN_IF_ERROR(AddPod(pod));
    std::set<model::GangKey> keys;
    for (const Gang& gang : c_.gangs) {
      const bool fresh = gangs_.emplace(gang.arrival, &gang).second && keys.insert(gang.key).second;
      if (!fresh || gang.arrival == 0 || gang.arrival >= c_.next_arrival)
        return Wrong("gang %s has the number %d twice or out of range", gang.display_name,
                     gang.arrival);
      if (gang.started > c_.now)
        return Wrong("gang %s has started in the future", gang.display_name);
    }
    for (const Gang& gang : c_.gangs) TUTTI_RETURN_IF_ERROR(CheckGang(gang));
    TUTTI_RETURN_IF_ERROR(Owners());
    return Rest();
  }

 private:
  absl::Status Nodes() {
    const size_t count = c_.nodes.nodes.size() + c_.nodes.free.size();
    if (count > kMostNodes) return Wrong("%d nodes: expected at most %d", count, kMostNodes);
    std::vector<bool> seen(count, false);
    const auto take = [&](model::NodeIndex index) {
      if (index.value >= count || seen[index.value]) return false;
      seen[index.value] = true;
      return true;
    };
    for (const auto& [index, info] : c_.nodes.nodes) {
      if (info == nullptr || !take(index) || !names_.insert(info->name).second)
        return Wrong("node number %d stands there twice or out of range", index.value);
      nodes_.insert(index);
    }
    for (const model::NodeIndex index : c_.nodes.free)
      if (!take(index)) return Wrong("node number %d is both free and used", index.value);
    return absl::OkStatus();
  }

  absl::Status Reservations() {
    for (const auto& [id, reservation] : c_.reservations) {
      if (reservation.shape == nullptr || !nodes_.contains(reservation.node) ||
          id.value >= c_.next_reservation)
        return Wrong("reservation %d is on no node, of no shape or out of range", id.value);
    }
    for (const auto& reservation : c_.given_back) {
      if (reservation.shape == nullptr) return Wrong("a reservation given back is of no shape");
    }
    return absl::OkStatus();
  }

  absl::Status AddPod(const CoreCheckpoint::Pod& pod) {
    const model::PodInfo& info = pod.info;
    const bool whole = info.uid.valid() && info.shape != nullptr && info.charge != nullptr;
    if (!whole || !pods_.emplace(info.uid, &pod).second)
      return Wrong("pod %s stands there twice or without a shape", info.name);
    if (pod.charged && !info.bound()) return Wrong("pod %s is charged to no node", info.name);
    if (pod.gang != 0 && !info.gang)
      return Wrong("pod %s is in a gang without saying so", info.name);
    if (pod.finished && pod.gang == 0) return Wrong("pod %s counts for no gang", info.name);
    if (pod.assumed.valid() && !c_.reservations.contains(pod.assumed))
      return Wrong("pod %s assumes a reservation that is not there", info.name);
    return absl::OkStatus();
  }

  absl::Status CheckGang(const Gang& gang) {
    for (const auto& [uid, member] : gang.members) {
      const auto pod = pods_.find(uid);
      if (pod == pods_.end() || pod->second->gang != gang.arrival || pod->second->finished)
        return Wrong("gang %s has a member that is not its own", gang.display_name);
      ++members_;
      if (member.state != Member::State::kWaiting && gang.started < kEarliest)
        return Wrong("gang %s has started before there was time", gang.display_name);
      const bool holds =
          member.state == Member::State::kPlaced || member.state == Member::State::kBinding;
      if (holds && !(nodes_.contains(member.node) && c_.reservations.contains(member.reservation)))
        return Wrong("a member of gang %s is placed without a reservation", gang.display_name);
    }
    for (const Slot& slot : gang.slots) {
      if (slot.shape == nullptr || !nodes_.contains(slot.node) ||
          !c_.reservations.contains(slot.reservation))
        return Wrong("a slot of gang %s has no reservation", gang.display_name);
    }
    for (const ReservationId id : gang.head_reservations) {
      if (!c_.reservations.contains(id))
        return Wrong("gang %s keeps a reservation that is not there", gang.display_name);
    }
    for (const Refusal& refusal : gang.refusals)
      if (refusal.shape == nullptr) return Wrong("gang %s refuses no shape", gang.display_name);
    return absl::OkStatus();
  }

  absl::Status Owners() const {
    size_t in_gangs = 0;
    for (const CoreCheckpoint::Pod& pod : c_.pods) {
      if (pod.gang == 0) continue;
      if (!gangs_.contains(pod.gang)) return Wrong("pod %s is in no gang", pod.info.name);
      in_gangs += pod.finished ? 0 : 1;
    }
    if (in_gangs != members_)
      return Wrong("%d pods are members, %d are in gangs", members_, in_gangs);
    for (const auto& [id, reservation] : c_.reservations) {
      if (!gangs_.contains(reservation.gang) && !pods_.contains(reservation.pod))
        return Wrong("reservation %d has no owner", id.value);
    }
    return absl::OkStatus();
  }

  absl::Status Rest() const {
    std::set<uint64_t> queued;
    for (const CoreCheckpoint::Place& place : c_.queue)
      if (!gangs_.contains(place.arrival) || !queued.insert(place.arrival).second)
        return Wrong("gang %d is queued twice or not there", place.arrival);
    std::set<uint64_t> dated;
    for (const CoreCheckpoint::GangDates& entry : c_.dates)
      if (!gangs_.contains(entry.arrival) || !dated.insert(entry.arrival).second)
        return Wrong("gang %d has its dates twice or is not there", entry.arrival);
    for (const CoreCheckpoint::GangDates& entry : c_.dates)
      if (entry.end < kEarliest) return Wrong("gang %d ended before there was time", entry.arrival);
    for (const auto& [number, write] : c_.writes)
      if (number >= c_.next_write) return Wrong("write %d is out of range", number);
    for (const auto& [uid, verdict] : c_.verdicts) {
      if (verdict.node.valid() && !nodes_.contains(verdict.node))
        return Wrong("a verdict names a node that is not there (number %d)", verdict.node.value);
    }
    TUTTI_RETURN_IF_ERROR(Submitters());
    TUTTI_RETURN_IF_ERROR(StartPlans());
    TUTTI_RETURN_IF_ERROR(OfPlugins());
    return HeadRoom();
  }

  absl::Status Submitters() const {
    if (c_.submitters.size() > RunTimes::kMostSubmitters)
      return Wrong("%d submitters: expected at most %d", c_.submitters.size(),
                   RunTimes::kMostSubmitters);
    std::set<std::pair<std::string_view, std::string_view>> names;
    for (const RunTimes::Submitter& submitter : c_.submitters) {
      const bool fresh = names.emplace(submitter.namespace_name, submitter.name).second;
      if (!fresh || submitter.last.count() <= 0 || submitter.before.count() < 0)
        return Wrong("submitter %s of namespace %s stands there twice or without a run",
                     submitter.name, submitter.namespace_name);
    }
    return absl::OkStatus();
  }

  absl::Status StartPlans() const {
    if (c_.start_plan.size() > 2 * StartPlan::kMost)
      return Wrong("%d gangs have a planned start", c_.start_plan.size());
    std::set<uint64_t> planned;
    for (const StartPlan::Entry& entry : c_.start_plan) {
      const RoomProfile::Stay& stay = entry.stay;
      if (!planned.insert(entry.arrival).second || stay.from() > stay.to())
        return Wrong("gang %d has a planned start twice or an end before it", entry.arrival);
      for (size_t i = 0; i < entry.nodes.size(); ++i) {
        const size_t devices = i < entry.devices.size() ? entry.devices[i].size() : SIZE_MAX;
        if (devices != 0 && devices != entry.nodes[i].size())
          return Wrong("gang %d has a planned start with other devices than nodes", entry.arrival);
      }
    }
    return absl::OkStatus();
  }

  absl::Status OfPlugins() const {
    std::set<std::string_view> plugins;
    for (const framework::PluginState& state : c_.plugin_states) {
      if (!plugins.insert(state.plugin).second || state.bytes.size() > StatePlugin::kMostBytes)
        return Wrong("plugin %s has its state twice, or %d bytes of it", state.plugin,
                     state.bytes.size());
    }
    if (!c_.round) return absl::OkStatus();
    const CoreCheckpoint::Round& round = *c_.round;
    if (!std::is_sorted(round.waiting.begin(), round.waiting.end()))
      return Wrong("the queues of a round are in no order");
    for (const CoreCheckpoint::Round::Line& line : round.lines)
      if (line.line > QueueSelectPlugin::kMostQueues)
        return Wrong("queue number %d of a round is out of range", line.line);
    return absl::OkStatus();
  }

  absl::Status HeadRoom() const {
    if (!c_.head_room) return absl::OkStatus();
    const auto is_there = [&](model::NodeIndex node) {
      return !c_.head_room->nodes_are_as_then || nodes_.contains(node);
    };
    const auto may_be_there = [&](model::NodeIndex node) {
      return !node.valid() || is_there(node);  // pinned to a node that is not known
    };
    for (const MemberClass& one : c_.head_room->classes) {
      if (one.shape == nullptr || one.count < 1 || one.count > kMostMembers)
        return Wrong("the head has a class of %d members", one.count);
      if (!std::all_of(one.only.begin(), one.only.end(), may_be_there) ||
          !std::all_of(one.refused.begin(), one.refused.end(), is_there) ||
          !std::all_of(one.peers.begin(), one.peers.end(), is_there))
        return Wrong("the head was planned with a node that is not there");
    }
    return absl::OkStatus();
  }

  const CoreCheckpoint& c_;
  absl::flat_hash_set<model::NodeIndex> nodes_;
  std::set<std::string> names_;
  absl::flat_hash_map<base::Uid, const CoreCheckpoint::Pod*> pods_;
  absl::flat_hash_map<uint64_t, const Gang*> gangs_;
  size_t members_ = 0;
};

void RestorePods(CoreCheckpoint& checkpoint, CoreState& state) {
  for (CoreCheckpoint::Pod& saved : checkpoint.pods) {
    PodRecord& record = state.pods[saved.info.uid];
    record.info = std::move(saved.info);
    const model::PodInfo& pod = record.info;
    record.charged = saved.charged;
    record.finished = saved.finished;
    record.assumed = saved.assumed;
    record.evict_failures = saved.evict_failures;
    record.evict_again_at = saved.evict_again_at;
    if (saved.evicting) state.evicting.insert(pod.uid);
    state.NoteLeaving(record);
    if (saved.gang != 0) record.gang = state.by_arrival.at(saved.gang);
    if (saved.finished) record.gang->AddFinished(record.info);
    if (pod.gated_by_tutti && !pod.nominated_node.empty()) state.nominated_gated.insert(pod.uid);
    if (!saved.charged) continue;
    state.nodes.Charge(pod.node_name, *pod.charge, pod.shape->host_ports);
    if (!pod.disruptable)
      state.nodes.ChargePermanent(pod.node_name, *pod.charge, pod.shape->host_ports);
    state.devices.Add(pod);
  }
}

}  // namespace

void SaveState(const CoreState& state, CoreCheckpoint& checkpoint) {
  checkpoint.now = state.now;
  checkpoint.synced = state.synced;
  checkpoint.leading = state.leading;
  checkpoint.planning_due = state.planning_due;
  checkpoint.next_arrival = state.next_arrival;
  checkpoint.head = state.head;
  checkpoint.next_plan = state.next_plan;
  checkpoint.next_write = state.next_write;
  checkpoint.next_reservation = state.ledger.next_id();
  checkpoint.queue_gate = state.queue_gate;
  checkpoint.drained_from = state.drained_from;
  checkpoint.submitters = state.run_times.Save();
  checkpoint.evict_retries.assign(state.evict_retries.begin(), state.evict_retries.end());
  checkpoint.nodes = state.nodes.layout();
  checkpoint.closed_nodes.assign(state.nodes.closed().begin(), state.nodes.closed().end());
  checkpoint.claims = state.volumes.Claims();
  checkpoint.volumes = state.volumes.Volumes();
  checkpoint.groups = state.groups.All();
  checkpoint.writes = {state.writes.begin(), state.writes.end()};
  checkpoint.given_back = state.ledger.given_back();
  for (const auto& [uid, request] : state.held_binds) checkpoint.held_binds.push_back(request);
  checkpoint.pods.reserve(state.pods.size());
  for (const auto& [uid, record] : state.pods) {
    checkpoint.pods.push_back({record.info, record.gang == nullptr ? 0 : record.gang->arrival,
                               record.charged, record.finished, record.assumed, state.Evicting(uid),
                               record.evict_failures, record.evict_again_at});
  }
  std::sort(checkpoint.pods.begin(), checkpoint.pods.end(),
            [](const auto& a, const auto& b) { return a.info.uid < b.info.uid; });
  for (const auto& [arrival, gang] : state.by_arrival) {
    Gang& copy = checkpoint.gangs.emplace_back(*gang);
    for (auto& [uid, member] : copy.members) member.pod = nullptr;
  }
  state.ledger.ForEach([&](ReservationId id, const ReservationLedger::Reservation& reservation) {
    checkpoint.reservations.emplace(id, reservation);
  });
  state.verdicts.ForEach([&](const base::Uid& uid, const model::PodVerdict& verdict) {
    checkpoint.verdicts.emplace_back(uid, verdict);
  });
  std::sort(checkpoint.verdicts.begin(), checkpoint.verdicts.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
}

absl::Status Validate(const CoreCheckpoint& checkpoint) { return Validator(checkpoint).Run(); }

void RestoreState(CoreCheckpoint& checkpoint, CoreState& state) {
  state.now = checkpoint.now;
  state.synced = checkpoint.synced;
  state.leading = checkpoint.leading;
  state.planning_due = checkpoint.planning_due;
  state.next_arrival = checkpoint.next_arrival;
  state.head = checkpoint.head;
  state.next_plan = checkpoint.next_plan;
  state.next_write = checkpoint.next_write;
  state.writes = {checkpoint.writes.begin(), checkpoint.writes.end()};
  state.queue_gate = checkpoint.queue_gate;
  state.drained_from = checkpoint.drained_from;
  state.run_times.Restore(std::move(checkpoint.submitters));
  state.evict_retries.insert(checkpoint.evict_retries.begin(), checkpoint.evict_retries.end());
  for (const model::BindRequested& request : checkpoint.held_binds)
    state.held_binds.emplace(request.uid, request);
  for (const std::string& name : checkpoint.closed_nodes) state.nodes.SetClosed(name, true);
  state.nodes.Restore(std::move(checkpoint.nodes));
  state.ledger.Restore(checkpoint.reservations, std::move(checkpoint.given_back),
                       checkpoint.next_reservation);
  for (model::VolumeClaimInfo& claim : checkpoint.claims) state.volumes.Upsert(std::move(claim));
  for (model::VolumeInfo& volume : checkpoint.volumes) state.volumes.Upsert(std::move(volume));
  for (model::GangObjectUpserted& group : checkpoint.groups) state.groups.Set(std::move(group));
  for (Gang& saved : checkpoint.gangs) {
    auto gang = std::make_unique<Gang>(std::move(saved));
    gang->ClearFinished();  // its finished pods are counted as they are restored
    if (!gang->plan_id.empty()) state.plans.Set(gang->plan_id, true);
    state.by_arrival[gang->arrival] = gang.get();
    state.gangs[gang->key] = std::move(gang);
  }
  RestorePods(checkpoint, state);
  for (auto& [arrival, gang] : state.by_arrival) {
    for (auto& [uid, member] : gang->members) member.pod = &state.FindPod(uid)->info;
    gang->Recount();
  }
  for (const auto& [uid, verdict] : checkpoint.verdicts) state.verdicts.Set(uid, verdict);
}

}  // namespace tutti::planner
