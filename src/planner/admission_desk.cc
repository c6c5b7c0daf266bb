#include "planner/admission_desk.h"

#include <optional>
#include <vector>

#include "absl/strings/str_format.h"
#include "planner/score_report.h"

namespace tutti::planner {

void AdmissionDesk::Request(const model::PodAdmitted& request) {
  model::PodInfo pod = request.pod;
  if (pod.gang) s_.groups.Resolve(*pod.gang);
  model::AnswerAdmission answer;
  answer.ticket = request.ticket;
  // What kube-scheduler may still refuse needs a plan that can change: no pin.
  const bool concerns_us = !request.dry_run && pod.gang && pod.gang->problem.empty() &&
                           !pod.gated_by_others && !pod.shape->needs_referee;
  // Whoever leads, now or soon, sees the pod by its watch, plans it and takes the gate away.
  answer.gate = concerns_us && !s_.ready();
  if (!concerns_us || answer.gate) {
    s_.Emit(std::move(answer));
    return;
  }
  Gang& gang = gangs_.GetOrAdd(pod.gang->key, pod.gang->display_name);
  if (pod.gang->spec) gang.admitted_spec = pod.gang->spec;
  gang.admitted_queue = pod.gang->queue;
  gang.admitted_submitter = pod.submitter;
  if (Slot* slot = FindSlot(gang, pod)) {
    answer.pins = {s_.nodes.Info(slot->node)->name};
    answer.plan_token = absl::StrFormat("%s/%d", gang.plan_id, slot->number);
  } else {
    answer.gate = true;
  }
  s_.Emit(std::move(answer));
  gangs_.Settle(gang);
}

Slot* AdmissionDesk::FindSlot(Gang& gang, const model::PodInfo& pod) {
  if (gang.min_member() <= 0 || gang.backoff_until > s_.now || !gang.problem().empty())
    return nullptr;
  // A slot does not know which role it is for.
  if (gang.has_roles()) return nullptr;
  // What is pinned in its CREATE could not be held back.
  if (!pod.gang->start_after.empty()) return nullptr;
  if (Slot* slot = gangs_.IssueSlot(gang, pod)) return slot;
  if (s_.Held(gang)) return nullptr;
  // Members that wait for room come first; this one joins them.
  if (gang.waiting > 0) return nullptr;
  const int64_t missing =
      gang.min_member() - gang.secured() - static_cast<int64_t>(gang.slots.size());
  if (missing > 0) return PlanSlots(gang, pod, missing) ? gangs_.IssueSlot(gang, pod) : nullptr;
  // A member of another shape than planned takes the place of an open slot; beyond minMember it is
  // one more.
  const bool exchanged = !gang.slots.empty() && gangs_.DropOpenSlot(gang);
  if (!exchanged && !MayGrow(gang)) return nullptr;
  if (PlanSlots(gang, pod, 1)) return gangs_.IssueSlot(gang, pod);
  if (exchanged) gangs_.DropSlots(gang);
  return nullptr;
}

bool AdmissionDesk::MayGrow(const Gang& gang) const {
  const int most = gang.max_member();
  const int there = gang.secured() - gang.finished + static_cast<int>(gang.slots.size());
  return (most == 0 || there < most) && gangs_.dates().lines().empty();
}

bool AdmissionDesk::PlanSlots(Gang& gang, const model::PodInfo& pod, int64_t count) {
  const bool in_turn_only =
      s_.options.backfill == Backfill::kNone || s_.options.backfill == Backfill::kConservative;
  if (in_turn_only && s_.head != 0) return false;  // its turn will come
  MemberClass wanted{
      pod.shape, pod.namespace_name, count, {}, gangs_.RefusedNodes(gang, pod.shape.get()),
      {},        gang.display_name};
  std::optional<GangCard> card;
  if (s_.plugins.active())
    card.emplace(gang, std::vector<MemberClass>{wanted}, gangs_.NodesOf(gang));
  if (pre_enqueue_.Hold(gang, card ? &*card : nullptr)) return false;
  const Placement placement = s_.placer.Place({&wanted, 1}, card ? &card->view() : nullptr);
  if (!placement.fits) return false;
  if (!gangs_.MayReserve(gang, card ? &*card : nullptr, placement.nodes)) return false;
  ReportScores(gang, placement, s_);
  for (size_t i = 0; i < placement.nodes[0].size(); ++i)
    gangs_.AddSlot(gang, pod.shape, placement.nodes[0][i], placement.DevicesOf(0, i));
  return true;
}

}  // namespace tutti::planner
