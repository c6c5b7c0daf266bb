// QueuePlanner's gangs that find no place: why they wait, and what is kept for them.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "planner/queue_planner.h"

namespace tutti::planner {

using model::ReasonCode;

// Nothing is held in part: what had been placed before (and is not bound yet) is given back as
// well, and the gang is tried as a whole in the next pass.
void QueuePlanner::GiveBackPart(Gang& gang) {
  if (gang.placed == 0 || gang.bound + gang.binding > 0) return;
  for (auto& [uid, member] : gang.members) gangs_.Unplace(gang, member);
  gangs_.DropSlots(gang);
  memo_.Clear();  // there is more room than before
  plan_.RoomCameBack();
}

QueueOutcome QueuePlanner::DidNotFit(Gang& gang, const Wanted& wanted, model::Reason reason) {
  GiveBackPart(gang);
  if (reason.code == ReasonCode::kPinnedNodeLost) RecreatePinned(wanted);
  Placement drained;
  const bool behind = s_.head != 0 || plan_.promised();
  const Judgement judgement = Judge(wanted, reason, behind, &drained);
  reason = judgement.reason;
  const GangDiagnosis diagnosis{CodeName(reason), reason.need, reason.have, reason.resource};
  const framework::PostFilterVerdict said = PostFilter(wanted, diagnosis);
  if (judgement.fits_later) {
    Placement later;
    if (plan_.active()) later = plan_.Promise(wanted.classes, wanted.view());
    if (s_.head == 0) ReserveForHead(gang, wanted, diagnosis, said, later.fits ? later : drained);
    const bool is_head = s_.head == gang.arrival;
    if (plan_.active() && is_head && (room_.chosen() || !later.fits)) plan_.KeepForHead(gang);
  }
  if (said.status.ok()) {
    gangs_.SetReason(gang, reason);
  } else {
    gangs_.SetReason(gang, s_.plugins.ReasonOf(said.status), said.status.message());
  }
  if (General(wanted)) memo_.DidNotFit(KindOf(wanted), wanted.classes[0].count, reason);
  return Wait(gang, reason);
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

QueuePlanner::Outlook QueuePlanner::Look(const Wanted& wanted, bool before_head, const Gang* gang) {
  Outlook outlook;
  whom_ = HeadRoom::For::kOthers;
  std::optional<ReservationLedger::Lifted> lifted;
  if (before_head && Head() != nullptr) lifted.emplace(s_.ledger, Head()->head_reservations);
  outlook.now = plan_.active() && !before_head && gang != nullptr
                    ? plan_.PlaceIfSubmitted(*gang, wanted.classes, wanted.view())
                    : s_.placer.Place(wanted.classes, wanted.view());
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
  const Gang* const head = Head();
  const ReservationLedger::Lifted lifted(
      s_.ledger, head == nullptr ? std::vector<ReservationId>() : head->head_reservations);
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

}  // namespace tutti::planner
