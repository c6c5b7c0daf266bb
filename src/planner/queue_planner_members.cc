// QueuePlanner's work on the members of one gang.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "planner/queue_planner.h"
#include "planner/score_report.h"

namespace tutti::planner {
namespace {

using model::ReasonCode;

}  // namespace

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

size_t QueuePlanner::MissingMembers(const Gang& gang) {
  const int64_t missing =
      gang.min_member() - gang.secured() - static_cast<int64_t>(gang.slots.size());
  return static_cast<size_t>(std::max<int64_t>(missing, 0));
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

bool QueuePlanner::FindPlaceForOthers(const Gang& gang, MemberChoice& choice, Wanted& wanted,
                                      Placement& placement) {
  const auto fits = [&](std::span<Member* const> members) {
    Placement alone;
    return FindPlace(Classes(gang, members), alone);
  };
  while (choice.may_vary() && failures_ < s_.options.failed_placements_per_pass) {
    if (!choice.Vary(fits)) return false;
    Wanted others = Classes(gang, choice.first());
    if (pre_enqueue_.Ask(gang, others.card.get())) continue;
    Placement found;
    if (!FindPlace(others, found)) continue;
    wanted = std::move(others);
    placement = std::move(found);
    return true;
  }
  return false;
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
  plan_.Started(wanted.classes, placement);
  return true;
}

std::vector<Gang*> QueuePlanner::GrowingGangs() const {
  std::vector<std::pair<int64_t, Gang*>> growing;  // with the position in its queue
  gangs_.dates().VisitQueues([&](const Gang& gang, int64_t position) {
    if (gang.complete()) growing.emplace_back(position, s_.by_arrival.at(gang.arrival));
  });
  std::stable_sort(growing.begin(), growing.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Gang*> gangs;
  for (const auto& [position, gang] : growing) gangs.push_back(gang);
  return gangs;
}

void QueuePlanner::Grow() {
  failures_ = 0;
  for (Gang* gang : GrowingGangs()) {
    const bool behind_head = s_.head != 0 && s_.options.backfill == Backfill::kNone;
    if (behind_head || !Plannable(*gang)) continue;  // the gang's reason says so already
    if (failures_ >= s_.options.failed_placements_per_pass) return;
    whom_ = room_.Whom(*gang);
    MemberChoice choice(*gang, WaitingMembers(*gang), 0);
    if (!choice.first().empty()) continue;
    const std::vector<MemberChoice::Unit> surplus = choice.Surplus();
    if (PlaceSurplus(*gang, surplus) && choice.left_out())
      gangs_.SetReason(*gang, choice.left_out()->reason, choice.left_out()->detail);
    binds_.CheckBarrier(*gang);
    gangs_.Settle(*gang);
  }
}

bool QueuePlanner::PlaceSurplus(Gang& gang, std::span<const MemberChoice::Unit> surplus) {
  // Where there was no place for one, there is none for the next of its kind.
  std::set<std::pair<const model::PodShape*, std::vector<std::string>>> hopeless;
  std::set<std::string> left_out;  // groups
  bool all = true;
  for (const MemberChoice::Unit& unit : surplus) {
    const Member& any = *unit.members.front();
    const std::pair kind(any.pod->shape.get(), any.pod->pins);
    const bool single = unit.members.size() == 1;
    if (left_out.contains(unit.group)) continue;
    if (single && hopeless.contains(kind)) {
      if (unit.fills) left_out.insert(unit.group);
      continue;
    }
    const Wanted wanted = Classes(gang, unit.members);
    Placement placement;
    bool fits = false;
    if (const std::optional<model::Reason> known = KnownNotToFit(wanted)) {
      placement.reason = *known;
    } else {
      fits = FindPlace(wanted, placement);
    }
    if (fits && Enter(gang, wanted, placement)) continue;
    all = false;
    if (!fits && General(wanted))
      memo_.DidNotFit(KindOf(wanted), wanted.classes[0].count, placement.reason);
    if (single) hopeless.insert(kind);
    if (unit.fills) left_out.insert(unit.group);
    if (fits) continue;
    gangs_.SetReason(gang, placement.reason);
    if (placement.reason.code == ReasonCode::kPinnedNodeLost) RecreatePinned(wanted);
    if (failures_ >= s_.options.failed_placements_per_pass) return false;
  }
  return all;
}

}  // namespace tutti::planner
