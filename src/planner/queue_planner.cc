#include "planner/queue_planner.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "planner/core_checkpoint.h"

namespace tutti::planner {
namespace {

using model::ReasonCode;
using Reserved = model::NodeTable::Reserved;

bool RankBefore(const Member* a, const Member* b) {
  const model::PodInfo& x = *a->pod;
  const model::PodInfo& y = *b->pod;
  if (x.shape->priority != y.shape->priority) return x.shape->priority > y.shape->priority;
  if (x.created_seconds != y.created_seconds) return x.created_seconds < y.created_seconds;
  // Shorter names first, so that train-9 comes before train-10.
  if (x.name.size() != y.name.size()) return x.name.size() < y.name.size();
  if (x.name != y.name) return x.name < y.name;
  return x.uid < y.uid;
}

}  // namespace

// Its fate depends on shape and count alone.
bool QueuePlanner::General(const Wanted& wanted) const {
  if (wanted.classes.size() != 1) return false;
  const MemberClass& only = wanted.classes[0];
  return !s_.plugins.active() && only.only.empty() && only.refused.empty() &&
         only.shape->claims.empty();
}

Gang* QueuePlanner::Head() const {
  const auto it = s_.by_arrival.find(s_.head);
  return it == s_.by_arrival.end() ? nullptr : it->second;
}

void QueuePlanner::DropHead() {
  if (Gang* head = Head()) gangs_.DropHeadReservations(*head);
  s_.head = 0;
  resume_.reset();
}

void QueuePlanner::Pass() {
  const bool head_ended = s_.head != 0 && Head() == nullptr;
  if (!resume_ || head_ended) DropHead();
  known_.clear();
  failures_ = 0;
  for (Gang* gang : gangs_.Queue(std::exchange(resume_, std::nullopt))) {
    if (failures_ >= s_.options.failed_placements_per_pass) {
      resume_ = gangs_.PlaceInQueue(*gang);
      break;
    }
    if (Plannable(*gang)) Plan(*gang);
    binds_.CheckBarrier(*gang);
    gangs_.Settle(*gang);
  }
  nominator_.Follow();
}

bool QueuePlanner::Plannable(Gang& gang) {
  const auto held = [&](ReasonCode code, int64_t need, int64_t have, std::string detail = {}) {
    gangs_.SetReason(gang, {code, need, have, {}}, std::move(detail));
    return false;
  };
  if (std::string problem = gang.problem(); !problem.empty())
    return held(ReasonCode::kMisconfigured, 0, 0, problem);
  const int need = gang.min_member();
  if (need <= 0) return held(ReasonCode::kWaitingForSpec, 0, 0);
  const int have = static_cast<int>(gang.members.size() + gang.slots.size()) + gang.finished;
  if (have < need) return held(ReasonCode::kWaitingForMembers, need, have);
  if (gang.backoff_until <= s_.now) return true;
  if (gang.reason.code == ReasonCode::kWaitingForMembers)
    return held(ReasonCode::kBackingOff, need, have);
  return false;
}

std::vector<Member*> QueuePlanner::WaitingMembers(Gang& gang) const {
  std::vector<Member*> members;
  for (auto& [uid, member] : gang.members) {
    const bool can_run = !member.pod->gated_by_others && !member.evicting;
    if (member.state == Member::State::kWaiting && can_run) members.push_back(&member);
  }
  std::sort(members.begin(), members.end(), RankBefore);
  return members;
}

QueuePlanner::Wanted QueuePlanner::Classes(const Gang& gang,
                                           const std::vector<Member*>& members) const {
  Wanted wanted;
  std::map<std::pair<const model::PodShape*, std::vector<std::string>>, size_t> index;
  for (Member* member : members) {
    // In order of rank, so that the order of classes does not depend on addresses.
    const auto [it, added] =
        index.try_emplace({member->pod->shape.get(), member->pod->pins}, wanted.classes.size());
    if (added) {
      MemberClass& fresh = wanted.classes.emplace_back();
      fresh.shape = member->pod->shape;
      fresh.namespace_name = member->pod->namespace_name;
      fresh.gang = gang.display_name;
      fresh.refused = gangs_.RefusedNodes(gang, member->pod->shape.get());
      for (const std::string& pin : member->pod->pins) fresh.only.push_back(s_.nodes.Find(pin));
      if (!fresh.shape->spread_keys.empty()) fresh.peers = NodesOfPeers(gang, *fresh.shape);
      wanted.members.emplace_back();
    }
    ++wanted.classes[it->second].count;
    wanted.members[it->second].push_back(member);
  }
  if (s_.plugins.active()) wanted.card = std::make_shared<const GangCard>(gang, wanted.classes);
  return wanted;
}

// Members that exist come before those that may never be created: they take what was planned at
// admission and not given to anybody yet, or have it planned anew where it does not suit them.
void QueuePlanner::FillOpenSlots(Gang& gang) {
  if (gang.slots.empty()) return;
  for (Member* member : WaitingMembers(gang)) {
    if (gangs_.TakeOpenSlot(gang, *member)) {
      gangs_.Tell(*member);
    } else if (!gangs_.DropOpenSlot(gang)) {
      break;
    }
  }
  if (gang.complete()) gangs_.SetReason(gang, {ReasonCode::kPlaced, 0, 0, {}});
}

std::vector<model::NodeIndex> QueuePlanner::NodesOfPeers(const Gang& gang,
                                                         const model::PodShape& shape) const {
  std::vector<model::NodeIndex> nodes;
  for (const auto& [uid, member] : gang.members) {
    if (member.pod->shape.get() != &shape || member.state == Member::State::kWaiting) continue;
    const bool bound = member.state == Member::State::kBound;
    nodes.push_back(bound ? s_.nodes.Find(member.pod->node_name) : member.node);
  }
  return nodes;
}

void QueuePlanner::Plan(Gang& gang) {
  FillOpenSlots(gang);
  const std::vector<Member*> waiting = WaitingMembers(gang);
  const int64_t missing =
      gang.min_member() - gang.secured() - static_cast<int64_t>(gang.slots.size());
  const size_t required = static_cast<size_t>(std::max<int64_t>(missing, 0));
  if (waiting.size() < required) {
    gangs_.SetReason(gang, {ReasonCode::kWaitingForMembers,
                            gang.min_member(),
                            gang.min_member() - missing + static_cast<int64_t>(waiting.size()),
                            {}});
    return;
  }
  const std::vector<Member*> first(waiting.begin(),
                                   waiting.begin() + static_cast<std::ptrdiff_t>(required));
  const std::vector<Member*> surplus(waiting.begin() + static_cast<std::ptrdiff_t>(required),
                                     waiting.end());
  if (!first.empty()) {
    const Wanted wanted = Classes(gang, first);
    if (!pre_enqueue_.Admits(gang, wanted.card.get())) return;
    if (const std::optional<model::Reason> known = KnownNotToFit(wanted);
        known && gang.placed == 0) {
      return gangs_.SetReason(gang, *known);
    }
    Placement placement;
    if (!TryPlace(gang, wanted, placement)) return DidNotFit(gang, wanted, placement.reason);
  }
  PlaceSurplus(gang, surplus);
}

std::optional<model::Reason> QueuePlanner::KnownNotToFit(const Wanted& wanted) {
  if (!General(wanted)) return std::nullopt;
  const MemberClass& only = wanted.classes[0];
  const auto it = known_.find(only.shape.get());
  if (it == known_.end() || it->second.too_many == 0 || only.count < it->second.too_many)
    return std::nullopt;
  const model::Reason reason = ForCount(it->second.reason, only);
  if (only.count == it->second.too_many || reason.code != ReasonCode::kWaitingForCapacity)
    return reason;
  const std::optional<model::Reason> exceeds = Exceeds(wanted);
  return exceeds ? *exceeds : reason;
}

// The same shortage, for another number of members.
model::Reason QueuePlanner::ForCount(model::Reason reason, const MemberClass& wanted) {
  reason.need = wanted.count;
  if (reason.resource.valid()) {
    reason.need =
        model::SaturatingProduct(wanted.shape->requests.Get(reason.resource), wanted.count);
  }
  return reason;
}

std::optional<model::Reason> QueuePlanner::Exceeds(const Wanted& wanted) {
  const auto ask = [&]() -> std::optional<model::Reason> {
    const Placement later = s_.placer.PlaceWhenDrained(wanted.classes, wanted.view());
    if (later.fits) return std::nullopt;
    model::Reason reason = later.reason;
    const bool plugins =
        reason.code == ReasonCode::kRefusedByPlugin || reason.code == ReasonCode::kPluginFailed;
    if (!plugins) reason.code = ReasonCode::kExceedsCluster;
    return reason;
  };
  if (!General(wanted)) return ask();
  const MemberClass& only = wanted.classes[0];
  Known& known = known_[only.shape.get()];
  if (only.count <= known.fits_drained) return std::nullopt;
  if (only.count >= known.exceeds) return ForCount(known.exceeds_reason, only);
  const std::optional<model::Reason> exceeds = ask();
  (exceeds ? known.exceeds : known.fits_drained) = only.count;
  if (exceeds) known.exceeds_reason = *exceeds;
  return exceeds;
}

bool QueuePlanner::TryPlace(Gang& gang, const Wanted& wanted, Placement& placement) {
  placement = s_.placer.Place(wanted.classes, wanted.view());
  if (!placement.fits) {
    ++failures_;
    return false;
  }
  gangs_.SetReason(gang, {ReasonCode::kPlaced, 0, 0, {}});
  for (size_t c = 0; c < wanted.classes.size(); ++c) {
    for (size_t i = 0; i < wanted.members[c].size(); ++i) {
      Member& member = *wanted.members[c][i];
      const model::NodeIndex node = placement.nodes[c][i];
      const ReservationId id =
          s_.ledger.Add({node, member.pod->shape, gang.arrival, member.pod->uid});
      gangs_.Place(gang, member, node, id);
      gangs_.Tell(member);
    }
  }
  return true;
}

void QueuePlanner::PlaceSurplus(Gang& gang, const std::vector<Member*>& surplus) {
  // Where there was no place for one, there is none for the next of its kind.
  std::set<std::pair<const model::PodShape*, std::vector<std::string>>> hopeless;
  for (Member* member : surplus) {
    const std::pair kind(member->pod->shape.get(), member->pod->pins);
    if (hopeless.contains(kind)) continue;
    const Wanted wanted = Classes(gang, {member});
    Placement placement;
    if (TryPlace(gang, wanted, placement)) continue;
    hopeless.insert(kind);
    gangs_.SetReason(gang, placement.reason);
    if (placement.reason.code == ReasonCode::kPinnedNodeLost) RecreatePinned(wanted);
    if (failures_ >= s_.options.failed_placements_per_pass) return;
  }
}

void QueuePlanner::DidNotFit(Gang& gang, const Wanted& wanted, model::Reason reason) {
  // Nothing is held in part: what had been placed before (and is not bound yet) is given back as
  // well, and the gang is tried as a whole in the next pass.
  if (gang.placed > 0 && gang.bound + gang.binding == 0) {
    for (auto& [uid, member] : gang.members) gangs_.Unplace(gang, member);
    gangs_.DropSlots(gang);
  }
  if (reason.code == ReasonCode::kPinnedNodeLost) RecreatePinned(wanted);
  if (reason.code == ReasonCode::kWaitingForCapacity ||
      reason.code == ReasonCode::kRefusedByPlugin) {
    if (Head() != nullptr && FitsWithoutHead(wanted)) {
      reason.code = ReasonCode::kBehindHead;
    } else if (const std::optional<model::Reason> exceeds = Exceeds(wanted)) {
      reason = *exceeds;
    } else if (Head() == nullptr) {
      ReserveForHead(gang, wanted);
    }
  }
  gangs_.SetReason(gang, reason);
  Remember(wanted, reason);
}

bool QueuePlanner::FitsWithoutHead(const Wanted& wanted) {
  // The ledger keeps the reservations; only the columns are lifted for the question.
  const auto lift = [&](bool up) {
    for (ReservationId id : Head()->head_reservations) {
      const ReservationLedger::Reservation* r = s_.ledger.Find(id);
      if (r == nullptr) continue;
      if (up) {
        s_.nodes.Unreserve(r->node, r->shape->requests, r->shape->host_ports, r->what);
      } else {
        s_.nodes.Reserve(r->node, r->shape->requests, r->shape->host_ports, r->what);
      }
    }
  };
  lift(true);
  const bool fits = s_.placer.Place(wanted.classes, wanted.view()).fits;
  lift(false);
  return fits;
}

void QueuePlanner::Remember(const Wanted& wanted, const model::Reason& reason) {
  if (!General(wanted)) return;
  Known& known = known_[wanted.classes[0].shape.get()];
  if (known.too_many != 0 && known.too_many <= wanted.classes[0].count) return;
  known.too_many = wanted.classes[0].count;
  known.reason = reason;
}

void QueuePlanner::ReserveForHead(Gang& gang, const Wanted& wanted) {
  const Placement later = s_.placer.PlaceWhenDrained(wanted.classes, wanted.view());
  if (!later.fits) return;
  s_.head = gang.arrival;
  for (size_t c = 0; c < wanted.classes.size(); ++c) {
    for (model::NodeIndex node : later.nodes[c]) {
      gang.head_reservations.push_back(
          s_.ledger.Add({node, wanted.classes[c].shape, gang.arrival, {}, Reserved::kForHead}));
    }
  }
}

void QueuePlanner::RecreatePinned(const Wanted& wanted) {
  // A pin cannot be taken back. Where a controller will make the pod anew, that is the way out.
  for (size_t c = 0; c < wanted.classes.size(); ++c) {
    if (wanted.classes[c].only.empty()) continue;
    for (Member* member : wanted.members[c]) {
      if (!member->pod->has_controller) continue;
      gangs_.Evict(*member,
                   "the node that the pod was pinned to cannot take it any more; its controller "
                   "recreates it");
    }
  }
}

void QueuePlanner::Save(CoreCheckpoint& checkpoint) const {
  if (resume_) checkpoint.resume = {resume_->whole, resume_->priority, resume_->arrival};
  nominator_.Save(checkpoint);
}

void QueuePlanner::Restore(const CoreCheckpoint& checkpoint) {
  if (const std::optional<CoreCheckpoint::Place>& saved = checkpoint.resume) {
    // Of a gang that has ended since there is nothing left that a QueueSort plugin could look at.
    const auto gang = s_.by_arrival.find(saved->arrival);
    resume_ = gang == s_.by_arrival.end()
                  ? QueuePlace{saved->whole, saved->priority, saved->arrival, nullptr}
                  : gangs_.MakePlace(*gang->second, saved->whole, saved->priority);
  }
  nominator_.Restore(checkpoint);
}

}  // namespace tutti::planner
