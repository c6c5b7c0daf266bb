#include "planner/queue_planner.h"

#include <algorithm>
#include <utility>

#include "planner/core_checkpoint.h"
#include "planner/duration_order.h"
#include "planner/gang_release.h"

namespace tutti::planner {
namespace {

using model::ReasonCode;

}  // namespace

// Whether it finds a place depends on shape and count alone.
bool QueuePlanner::General(const Wanted& wanted) const {
  if (wanted.classes.size() != 1) return false;
  const MemberClass& only = wanted.classes[0];
  return Memoizes() && !PluginsJudgePlaces() && only.only.empty() && only.refused.empty() &&
         only.shape->claims.empty();
}

bool QueuePlanner::PluginsJudgePlaces() const {
  if (!s_.plugins.active()) return false;
  const framework::Profile& profile = *s_.plugins.profile;
  return s_.plugins.judge_nodes() || points_.post_filters() ||
         !profile.placement_generates().empty() || !profile.placement_scores().empty();
}

void QueuePlanner::DropHead() {
  Begin();
  plan_.Clear();
}

void QueuePlanner::Begin() {
  room_.Drop();
  resume_.reset();
  round_.Abandon();
  line_.clear();
}

void QueuePlanner::Pass() {
  gangs_.dates().Extend();
  const bool head_ended = s_.head != 0 && room_.head() == nullptr;
  const bool anew = !unfinished() || head_ended;
  anew ? Begin() : room_.Resume();
  plan_.Begin(anew);
  memo_.Clear();
  failures_ = 0;
  ++passes_;
  round_.active() ? ServeQueues() : ServeQueue();
  if (!unfinished()) Grow();
  room_.Close();
  plan_.Finish(!unfinished());
  nominator_.Follow();
}

void QueuePlanner::ServeQueues() {
  round_.Begin();
  while (failures_ < s_.options.failed_placements_per_pass) {
    Gang* gang = round_.Next();
    if (gang == nullptr) return;
    const QueueOutcome outcome = TakeTurn(*gang);
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
    TakeTurn(gang);
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

QueueOutcome QueuePlanner::TakeTurn(Gang& gang) {
  plan_.BeginTurn(gang);
  const QueueOutcome outcome = Plannable(gang) ? Plan(gang) : QueueOutcome::kNotReady;
  plan_.EndTurn();
  return outcome;
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

QueueOutcome QueuePlanner::Plan(Gang& gang) {
  FillOpenSlots(gang);
  if (s_.head != 0 && s_.options.backfill == Backfill::kNone) {
    const model::Reason behind{ReasonCode::kBehindHead, 0, 0, {}};
    gangs_.SetReason(gang, behind);
    return Wait(gang, behind);
  }
  whom_ = room_.Whom(gang);
  const size_t required = MissingMembers(gang);
  MemberChoice choice(gang, WaitingMembers(gang), required);
  if (choice.waiting() < required) {
    const auto have = gang.min_member() - static_cast<int64_t>(required - choice.waiting());
    gangs_.SetReason(gang, {ReasonCode::kWaitingForMembers, gang.min_member(), have, {}});
    return QueueOutcome::kNotReady;
  }
  if (choice.shortage()) {
    gangs_.SetReason(gang, choice.shortage()->reason, choice.shortage()->detail);
    return QueueOutcome::kNotReady;
  }
  if (!choice.first().empty()) {
    const bool only_these = !choice.may_vary();
    if (const std::optional<model::Reason> known = StillHopeless(gang, choice.first());
        known && only_these) {
      gangs_.SetReason(gang, *known, gang.reason_detail);
      return Wait(gang, *known);
    }
    Wanted wanted = Classes(gang, choice.first());
    if (const auto refusal = pre_enqueue_.Hold(gang, wanted.card.get()))
      return refusal->for_ever ? QueueOutcome::kNotReady : QueueOutcome::kHeld;
    if (const std::optional<model::Reason> known = KnownNotToFit(wanted);
        known && only_these && gang.placed == 0) {
      gangs_.SetReason(gang, *known);
      return Wait(gang, *known);
    }
    Placement placement;
    if (!FindPlace(wanted, placement) && !FindPlaceForOthers(gang, choice, wanted, placement))
      return DidNotFit(gang, wanted, placement.reason);
    if (!Enter(gang, wanted, placement)) {
      GiveBackPart(gang);
      return QueueOutcome::kHeld;
    }
  }
  return QueueOutcome::kPlaced;
}

QueueOutcome QueuePlanner::OutcomeOf(const model::Reason& reason) {
  const bool never = reason.code == ReasonCode::kExceedsCluster ||
                     reason.code == ReasonCode::kNoEligibleNode ||
                     reason.code == ReasonCode::kPinnedNodeLost;
  return never ? QueueOutcome::kNotReady : QueueOutcome::kNoPlace;
}

QueueOutcome QueuePlanner::Wait(const Gang& gang, const model::Reason& reason) {
  const QueueOutcome outcome = OutcomeOf(reason);
  if (outcome == QueueOutcome::kNoPlace && line_.size() < StartPlan::kMost)
    line_.push_back(gang.arrival);
  return outcome;
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
  if (gang.secured() > 0 || !gang.refusals.empty() || !Memoizes() || PluginsJudgePlaces())
    return std::nullopt;
  const model::PodShape* shape = members.front()->pod->shape.get();
  if (!shape->claims.empty()) return std::nullopt;
  const bool alike = std::all_of(members.begin(), members.end(), [&](const Member* member) {
    return member->pod->shape.get() == shape && member->pod->pins.empty();
  });
  if (!alike) return std::nullopt;
  std::optional<model::Reason> why = memo_.Why(KindOf(shape), static_cast<int64_t>(members.size()));
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
  placement = plan_.active() ? plan_.PlaceNow(wanted.classes, wanted.view())
                             : s_.placer.Place(wanted.classes, wanted.view());
  if (!placement.fits) ++failures_;
  return placement.fits;
}

void QueuePlanner::Save(CoreCheckpoint& checkpoint) const {
  nominator_.Save(checkpoint);
  plan_.Save(checkpoint);
  round_.Save(checkpoint);
  if (!unfinished()) return;
  room_.Save(checkpoint);
  if (!resume_) return;
  const QueuePlace& place = resume_->place;
  checkpoint.resume = {{place.whole, place.priority, place.arrival}, resume_->duration};
}

void QueuePlanner::Restore(const CoreCheckpoint& checkpoint) {
  nominator_.Restore(checkpoint);
  plan_.Restore(checkpoint);
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
