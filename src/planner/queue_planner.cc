#include "planner/queue_planner.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_format.h"
#include "planner/core_checkpoint.h"
#include "planner/duration_order.h"
#include "planner/gang_release.h"
#include "planner/score_report.h"

namespace tutti::planner {
namespace {

using model::ReasonCode;

}  // namespace

// Whether it finds a place depends on shape and count alone.
bool QueuePlanner::General(const Wanted& wanted) const {
  if (wanted.classes.size() != 1) return false;
  const MemberClass& only = wanted.classes[0];
  return !PluginsJudgePlaces() && only.only.empty() && only.refused.empty() &&
         only.shape->claims.empty();
}

bool QueuePlanner::PluginsJudgePlaces() const {
  if (!s_.plugins.active()) return false;
  const framework::Profile& profile = *s_.plugins.profile;
  return s_.plugins.judge_nodes() || points_.post_filters() ||
         !profile.placement_generates().empty() || !profile.placement_scores().empty();
}

void QueuePlanner::DropHead() {
  room_.Drop();
  resume_.reset();
  round_.Abandon();
}

void QueuePlanner::Pass() {
  gangs_.dates().Extend();
  const bool head_ended = s_.head != 0 && room_.head() == nullptr;
  if (!unfinished() || head_ended) {
    DropHead();
  } else {
    room_.Resume();
  }
  memo_.Clear();
  failures_ = 0;
  round_.active() ? ServeQueues() : ServeQueue();
  room_.Close();
  nominator_.Follow();
}

void QueuePlanner::ServeQueues() {
  round_.Begin();
  while (failures_ < s_.options.failed_placements_per_pass) {
    Gang* gang = round_.Next();
    if (gang == nullptr) return;
    const QueueOutcome outcome = Plannable(*gang) ? Plan(*gang) : QueueOutcome::kNotReady;
    binds_.CheckBarrier(*gang);
    round_.Served(outcome);
    gangs_.Settle(*gang);
  }
}

void QueuePlanner::ServeQueue() {
  std::vector<Gang*> queue = Remaining();
  for (auto it = queue.begin(); it != queue.end(); ++it) {
    Gang& gang = **it;
    if (failures_ >= s_.options.failed_placements_per_pass) {
      resume_ = {gangs_.dates().PlaceInQueue(gang), s_.run_times.Of(gang)};
      break;
    }
    const bool had_head = s_.head != 0;
    if (Plannable(gang)) Plan(gang);
    binds_.CheckBarrier(gang);
    gangs_.Settle(gang);
    if (!had_head && s_.head != 0 && shortest_first()) SortByDuration(std::next(it), queue.end());
  }
}

std::vector<Gang*> QueuePlanner::Remaining() {
  const std::optional<Resumption> from = std::exchange(resume_, std::nullopt);
  const Gang* head = room_.head();
  if (!from || head == nullptr || !shortest_first())
    return gangs_.dates().Queue(from ? std::optional(from->place) : std::nullopt);
  std::vector<Gang*> behind = gangs_.dates().Queue(gangs_.dates().PlaceInQueue(*head));
  std::erase(behind, head);
  SortByDuration(behind.begin(), behind.end());
  const auto done = [&](const Gang* gang) {
    const base::Duration duration = s_.run_times.Of(*gang);
    if (ShorterFirst(duration, from->duration)) return true;
    return duration == from->duration &&
           gangs_.dates().GoesBefore(gangs_.dates().PlaceInQueue(*gang), from->place);
  };
  behind.erase(behind.begin(), std::find_if_not(behind.begin(), behind.end(), done));
  return behind;
}

void QueuePlanner::SortByDuration(std::vector<Gang*>::iterator begin,
                                  std::vector<Gang*>::iterator end) const {
  std::vector<std::pair<base::Duration, Gang*>> timed;
  for (auto it = begin; it != end; ++it) timed.emplace_back(s_.run_times.Of(**it), *it);
  std::stable_sort(timed.begin(), timed.end(),
                   [](const auto& a, const auto& b) { return ShorterFirst(a.first, b.first); });
  std::transform(timed.begin(), timed.end(), begin, [](const auto& gang) { return gang.second; });
}

bool QueuePlanner::Plannable(Gang& gang) {
  const auto held = [&](ReasonCode code, int64_t need, int64_t have, std::string detail = {}) {
    gangs_.SetReason(gang, {code, need, have, {}}, std::move(detail));
    return false;
  };
  if (s_.Held(gang)) return held(ReasonCode::kHeld, 0, 0);
  if (std::string problem = gang.problem(); !problem.empty())
    return held(ReasonCode::kMisconfigured, 0, 0, problem);
  const int need = gang.min_member();
  if (need <= 0) return held(ReasonCode::kWaitingForSpec, 0, 0);
  if (BeingReleased(s_, gang)) return false;
  const int have = static_cast<int>(gang.members.size() + gang.slots.size()) + gang.finished;
  if (have < need) return held(ReasonCode::kWaitingForMembers, need, have);
  if (gang.backoff_until <= s_.now) return true;
  if (gang.reason.code == ReasonCode::kWaitingForMembers || gang.reason.code == ReasonCode::kHeld)
    return held(ReasonCode::kBackingOff, need, have);
  return false;
}

std::vector<Member*> QueuePlanner::WaitingMembers(Gang& gang) const {
  std::vector<Member*> members;
  members.reserve(gang.waiting_by_rank().size());
  for (Member* member : gang.waiting_by_rank()) {
    if (!member->pod->gated_by_others && !s_.Evicting(member->pod->uid)) members.push_back(member);
  }
  return members;
}

QueuePlanner::Wanted QueuePlanner::Classes(const Gang& gang,
                                           std::span<Member* const> members) const {
  Wanted wanted;
  std::map<std::pair<const model::PodShape*, std::vector<std::string>>, size_t> index;
  const Member* last = nullptr;
  size_t c = 0;
  for (Member* member : members) {
    const bool as_last = last != nullptr && last->pod->shape == member->pod->shape &&
                         last->pod->pins == member->pod->pins;
    last = member;
    bool added = false;
    if (!as_last) {
      // In order of rank, so that the order of classes does not depend on addresses.
      const auto [it, fresh] =
          index.try_emplace({member->pod->shape.get(), member->pod->pins}, wanted.classes.size());
      c = it->second;
      added = fresh;
    }
    if (added) {
      MemberClass& fresh = wanted.classes.emplace_back();
      fresh.shape = member->pod->shape;
      fresh.namespace_name = member->pod->namespace_name;
      fresh.gang = gang.display_name;
      fresh.refused = gangs_.RefusedNodes(gang, member->pod->shape.get());
      for (const std::string& pin : member->pod->pins) fresh.only.push_back(s_.nodes.Find(pin));
      if (!fresh.shape->spread_keys.empty()) fresh.peers = gangs_.NodesOf(gang, fresh.shape.get());
      wanted.members.emplace_back();
    }
    ++wanted.classes[c].count;
    wanted.members[c].push_back(member);
  }
  if (s_.plugins.active()) {
    wanted.card = std::make_shared<const GangCard>(gang, wanted.classes, gangs_.NodesOf(gang));
  }
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

std::optional<size_t> QueuePlanner::PutRolesFirst(Gang& gang, std::vector<Member*>& waiting,
                                                  size_t required) {
  RoleQuota quota = gang.RolesSecured();
  std::vector<std::string_view> roles;
  for (const Member* member : waiting) roles.push_back(member->pod->gang->role);
  const std::vector<size_t> picked = quota.Pick(roles, required);
  if (const std::optional<RoleQuota::Shortage> shortage = quota.FirstShort()) {
    gangs_.SetReason(gang, {ReasonCode::kWaitingForMembers, shortage->need, shortage->have, {}},
                     absl::StrFormat("of role %s", shortage->role));
    return std::nullopt;
  }
  std::vector<Member*> in_order;
  for (const size_t i : picked) in_order.push_back(std::exchange(waiting[i], nullptr));
  std::erase(waiting, nullptr);
  waiting.insert(waiting.begin(), in_order.begin(), in_order.end());
  return picked.size();
}

QueueOutcome QueuePlanner::Plan(Gang& gang) {
  FillOpenSlots(gang);
  if (s_.head != 0 && s_.options.backfill == Backfill::kNone) {
    gangs_.SetReason(gang, {ReasonCode::kBehindHead, 0, 0, {}});
    return QueueOutcome::kNoPlace;
  }
  whom_ = room_.Whom(gang);
  std::vector<Member*> waiting = WaitingMembers(gang);
  const int64_t missing =
      gang.min_member() - gang.secured() - static_cast<int64_t>(gang.slots.size());
  const size_t required = static_cast<size_t>(std::max<int64_t>(missing, 0));
  if (waiting.size() < required) {
    gangs_.SetReason(gang, {ReasonCode::kWaitingForMembers,
                            gang.min_member(),
                            gang.min_member() - missing + static_cast<int64_t>(waiting.size()),
                            {}});
    return QueueOutcome::kNotReady;
  }
  size_t count = required;
  if (gang.has_roles() && !gang.satisfied) {
    const std::optional<size_t> chosen = PutRolesFirst(gang, waiting, required);
    if (!chosen) return QueueOutcome::kNotReady;
    count = *chosen;
  }
  const std::span<Member* const> first = std::span(waiting).first(count);
  const std::span<Member* const> surplus = std::span(waiting).subspan(count);
  if (!first.empty()) {
    if (const std::optional<model::Reason> known = StillHopeless(gang, first)) {
      gangs_.SetReason(gang, *known, gang.reason_detail);
      return OutcomeOf(*known);
    }
    const Wanted wanted = Classes(gang, first);
    if (const auto refusal = pre_enqueue_.Hold(gang, wanted.card.get()))
      return refusal->for_ever ? QueueOutcome::kNotReady : QueueOutcome::kHeld;
    if (const std::optional<model::Reason> known = KnownNotToFit(wanted);
        known && gang.placed == 0) {
      gangs_.SetReason(gang, *known);
      return OutcomeOf(*known);
    }
    Placement placement;
    if (!FindPlace(wanted, placement)) return DidNotFit(gang, wanted, placement.reason);
    if (!Enter(gang, wanted, placement)) {
      GiveBackPart(gang);
      return QueueOutcome::kHeld;
    }
  }
  PlaceSurplus(gang, surplus);
  return QueueOutcome::kPlaced;
}

QueueOutcome QueuePlanner::OutcomeOf(const model::Reason& reason) {
  const bool never = reason.code == ReasonCode::kExceedsCluster ||
                     reason.code == ReasonCode::kNoEligibleNode ||
                     reason.code == ReasonCode::kPinnedNodeLost;
  return never ? QueueOutcome::kNotReady : QueueOutcome::kNoPlace;
}

std::optional<model::Reason> QueuePlanner::KnownNotToFit(const Wanted& wanted) {
  if (!General(wanted)) return std::nullopt;
  const int64_t count = wanted.classes[0].count;
  if (!memo_.TooMany(KindOf(wanted), count)) return std::nullopt;
  if (std::optional<model::Reason> why = memo_.Why(KindOf(wanted), count)) return why;
  const std::optional<model::Reason> exceeds = Exceeds(wanted, nullptr);
  return exceeds ? *exceeds : memo_.Shortage(KindOf(wanted), count);
}

std::optional<model::Reason> QueuePlanner::StillHopeless(const Gang& gang,
                                                         std::span<Member* const> members) const {
  if (gang.secured() > 0 || !gang.refusals.empty() || PluginsJudgePlaces()) return std::nullopt;
  const model::PodShape* shape = members.front()->pod->shape.get();
  if (!shape->claims.empty()) return std::nullopt;
  const bool alike = std::all_of(members.begin(), members.end(), [&](const Member* member) {
    return member->pod->shape.get() == shape && member->pod->pins.empty();
  });
  if (!alike) return std::nullopt;
  std::optional<model::Reason> why =
      memo_.Why({shape, whom_}, static_cast<int64_t>(members.size()));
  return why && why->code == gang.reason.code ? why : std::nullopt;
}

std::optional<model::Reason> QueuePlanner::Exceeds(const Wanted& wanted, Placement* later) {
  const auto ask = [&]() -> std::optional<model::Reason> {
    Placement drained = s_.placer.PlaceWhenDrained(wanted.classes, wanted.view());
    model::Reason reason = drained.reason;
    if (drained.fits) {
      if (later != nullptr) *later = std::move(drained);
      return std::nullopt;
    }
    const bool plugins =
        reason.code == ReasonCode::kRefusedByPlugin || reason.code == ReasonCode::kPluginFailed;
    if (!plugins) reason.code = ReasonCode::kExceedsCluster;
    return reason;
  };
  if (!General(wanted)) return ask();
  const int64_t count = wanted.classes[0].count;
  if (const std::optional<FitMemo::Drained> known = memo_.WhenDrained(KindOf(wanted), count))
    return known->fits ? std::nullopt : std::optional(known->reason);
  const std::optional<model::Reason> exceeds = ask();
  if (exceeds) {
    memo_.Exceeds(KindOf(wanted), count, *exceeds);
  } else {
    memo_.FitsDrained(KindOf(wanted), count);
  }
  return exceeds;
}

bool QueuePlanner::FindPlace(const Wanted& wanted, Placement& placement) {
  room_.Open(whom_);
  placement = s_.placer.Place(wanted.classes, wanted.view());
  if (!placement.fits) ++failures_;
  return placement.fits;
}

bool QueuePlanner::Enter(Gang& gang, const Wanted& wanted, const Placement& placement) {
  if (!gangs_.MayReserve(gang, wanted.card.get(), placement.nodes)) return false;
  gangs_.SetReason(gang, {ReasonCode::kPlaced, 0, 0, {}});
  ReportScores(gang, placement, s_);
  for (size_t c = 0; c < wanted.classes.size(); ++c) {
    for (size_t i = 0; i < wanted.members[c].size(); ++i) {
      Member& member = *wanted.members[c][i];
      const model::NodeIndex node = placement.nodes[c][i];
      const ReservationId id =
          gangs_.Reserve(gang, member.pod->shape, node, member.pod->uid, placement.DevicesOf(c, i));
      gangs_.Place(gang, member, node, id);
      gangs_.Tell(member);
    }
  }
  room_.Backfilled(wanted.classes, placement);
  return true;
}

void QueuePlanner::PlaceSurplus(Gang& gang, std::span<Member* const> surplus) {
  // Where there was no place for one, there is none for the next of its kind.
  std::set<std::pair<const model::PodShape*, std::vector<std::string>>> hopeless;
  for (Member* member : surplus) {
    const std::pair kind(member->pod->shape.get(), member->pod->pins);
    if (hopeless.contains(kind)) continue;
    const Wanted wanted = Classes(gang, {&member, 1});
    Placement placement;
    const bool fits = FindPlace(wanted, placement);
    if (fits && Enter(gang, wanted, placement)) continue;
    hopeless.insert(kind);
    if (fits) continue;
    gangs_.SetReason(gang, placement.reason);
    if (placement.reason.code == ReasonCode::kPinnedNodeLost) RecreatePinned(wanted);
    if (failures_ >= s_.options.failed_placements_per_pass) return;
  }
}

// Nothing is held in part: what had been placed before (and is not bound yet) is given back as
// well, and the gang is tried as a whole in the next pass.
void QueuePlanner::GiveBackPart(Gang& gang) {
  if (gang.placed == 0 || gang.bound + gang.binding > 0) return;
  for (auto& [uid, member] : gang.members) gangs_.Unplace(gang, member);
  gangs_.DropSlots(gang);
  memo_.Clear();  // there is more room than before
}

QueueOutcome QueuePlanner::DidNotFit(Gang& gang, const Wanted& wanted, model::Reason reason) {
  GiveBackPart(gang);
  if (reason.code == ReasonCode::kPinnedNodeLost) RecreatePinned(wanted);
  Placement drained;
  const Judgement judgement = Judge(wanted, reason, s_.head != 0, &drained);
  reason = judgement.reason;
  const GangDiagnosis diagnosis{CodeName(reason), reason.need, reason.have, reason.resource};
  const framework::PostFilterVerdict said = PostFilter(wanted, diagnosis);
  if (judgement.fits_later && s_.head == 0) ReserveForHead(gang, wanted, diagnosis, said, drained);
  if (said.status.ok()) {
    gangs_.SetReason(gang, reason);
  } else {
    gangs_.SetReason(gang, s_.plugins.ReasonOf(said.status), said.status.message());
  }
  if (General(wanted)) memo_.DidNotFit(KindOf(wanted), wanted.classes[0].count, reason);
  return OutcomeOf(reason);
}

QueuePlanner::Judgement QueuePlanner::Judge(const Wanted& wanted, model::Reason reason,
                                            bool behind_head, Placement* drained) {
  if (reason.code != ReasonCode::kWaitingForCapacity && reason.code != ReasonCode::kRefusedByPlugin)
    return {reason, false};
  if (behind_head && FitsWithoutHead(wanted)) {
    reason.code = ReasonCode::kBehindHead;
    return {reason, true};
  }
  const std::optional<model::Reason> exceeds = Exceeds(wanted, drained);
  return exceeds ? Judgement{*exceeds, false} : Judgement{reason, true};
}

QueuePlanner::Outlook QueuePlanner::Look(const Wanted& wanted, bool before_head) {
  Outlook outlook;
  whom_ = HeadRoom::For::kOthers;
  std::optional<ReservationLedger::Lifted> lifted;
  if (before_head && Head() != nullptr) lifted.emplace(s_.ledger, Head()->head_reservations);
  outlook.now = s_.placer.Place(wanted.classes, wanted.view());
  if (outlook.now.fits) return outlook;
  outlook.judgement = Judge(wanted, outlook.now.reason, !before_head && Head() != nullptr, nullptr);
  memo_.Clear();  // good within a pass only
  return outlook;
}

framework::PostFilterVerdict QueuePlanner::PostFilter(const Wanted& wanted,
                                                      const GangDiagnosis& diagnosis) {
  if (wanted.card == nullptr || !points_.post_filters()) return {};
  views_.Reset(s_.nodes.blocks());
  return points_.PostFilter(wanted.card->view(), diagnosis, views_.view());
}

bool QueuePlanner::FitsWithoutHead(const Wanted& wanted) {
  if (whom_ == HeadRoom::For::kInTime) return false;  // it was all open to it
  room_.Close();
  const ReservationLedger::Lifted lifted(s_.ledger, Head()->head_reservations);
  return s_.placer.Place(wanted.classes, wanted.view()).fits;
}

void QueuePlanner::ReserveForHead(Gang& gang, const Wanted& wanted, const GangDiagnosis& diagnosis,
                                  const framework::PostFilterVerdict& said,
                                  const Placement& drained) {
  room_.Keep(gang, wanted.classes, wanted.card, PlaceForHead(gang, wanted, diagnosis, said),
             drained);
}

Placement QueuePlanner::PlaceForHead(const Gang& gang, const Wanted& wanted,
                                     const GangDiagnosis& diagnosis,
                                     const framework::PostFilterVerdict& said) {
  if (wanted.card != nullptr && victims_.active()) {
    if (std::optional<Placement> room =
            victims_.MakeRoom(gang, wanted.classes, *wanted.view(), diagnosis, said.may_evict()))
      return *std::move(room);
  }
  return PlaceWhereNominated(wanted, said.nomination);
}

Placement QueuePlanner::PlaceWhereNominated(const Wanted& wanted, const Nomination& nomination) {
  if (nomination.nodes.empty()) return {};
  std::vector<MemberClass> classes = wanted.classes;
  for (MemberClass& one : classes) {
    std::vector<model::NodeIndex> nodes;
    for (uint32_t b = 0; b < nomination.nodes.size() && b < s_.nodes.blocks().size(); ++b) {
      nomination.nodes[b].ForEach([&](uint32_t offset) {
        const model::NodeIndex node(b * kNodesPerBlock + offset);
        const bool pinned_elsewhere =
            !one.only.empty() &&
            std::find(one.only.begin(), one.only.end(), node) == one.only.end();
        if (s_.nodes.Info(node) != nullptr && !pinned_elsewhere) nodes.push_back(node);
      });
    }
    if (nodes.empty()) return {};
    one.only = std::move(nodes);
  }
  return s_.placer.PlaceWhenDrained(classes, wanted.view());
}

void QueuePlanner::RecreatePinned(const Wanted& wanted) {
  // A pin cannot be taken back. Where a controller will make the pod anew, that is the way out.
  for (size_t c = 0; c < wanted.classes.size(); ++c) {
    if (wanted.classes[c].only.empty()) continue;
    for (Member* member : wanted.members[c]) {
      if (!member->pod->has_controller) continue;
      gangs_.Evict(*s_.FindPod(member->pod->uid),
                   "the node that the pod was pinned to cannot take it any more; its controller "
                   "recreates it",
                   /*only_unbound=*/true);
    }
  }
}

void QueuePlanner::Save(CoreCheckpoint& checkpoint) const {
  nominator_.Save(checkpoint);
  round_.Save(checkpoint);
  if (!unfinished()) return;
  room_.Save(checkpoint);
  if (!resume_) return;
  const QueuePlace& place = resume_->place;
  checkpoint.resume = {{place.whole, place.priority, place.arrival}, resume_->duration};
}

void QueuePlanner::Restore(const CoreCheckpoint& checkpoint) {
  nominator_.Restore(checkpoint);
  round_.Restore(checkpoint);
  if (unfinished()) room_.Restore(checkpoint);
  if (!checkpoint.resume) return;
  const auto& [place, duration] = *checkpoint.resume;
  // Of a gang that has ended since there is nothing left that a QueueSort plugin could look at.
  const auto gang = s_.by_arrival.find(place.arrival);
  resume_ = {gang == s_.by_arrival.end()
                 ? QueuePlace{0, place.whole, place.priority, place.arrival, nullptr, nullptr}
                 : gangs_.dates().PlaceFor(*gang->second, place.whole, place.priority),
             duration};
  room_.Restore(checkpoint);
}

}  // namespace tutti::planner
