#include "framework/pod_filter.h"

#include "absl/strings/string_view.h"

namespace tutti::framework {
namespace {

using model::ClusterSnapshot;
using model::NodeIndex;
using model::ReasonCode;

FilterVerdict None(ReasonCode code) {
  FilterVerdict verdict;
  verdict.kind = FilterVerdict::Kind::kNone;
  verdict.reason.code = code;
  return verdict;
}

FilterVerdict OfMember(const model::PodVerdict& known, bool planned_offered) {
  FilterVerdict verdict;
  verdict.node = known.node;
  if (!known.node.valid()) {
    verdict.kind = FilterVerdict::Kind::kNone;
    verdict.reason = known.reason;
  } else if (planned_offered) {
    verdict.kind = FilterVerdict::Kind::kOne;
  } else {
    verdict.kind = FilterVerdict::Kind::kNone;
    verdict.reason.code = ReasonCode::kPlacedNodeNotOffered;
    verdict.report_not_offered = true;
  }
  return verdict;
}

// A member that kube-scheduler's watch has shown before ours did. Its token proves that a slot was
// planned for it and its pin names the node; bind checks against live state.
FilterVerdict OfUnseenMember(const FilterPod& pod, const ClusterSnapshot& snapshot) {
  const absl::string_view token(pod.plan_token.data(), pod.plan_token.size());
  const absl::string_view plan = token.substr(0, token.find('/'));
  if (!plan.empty() && snapshot.plans.Find(plan) != nullptr) return FilterVerdict{};
  return None(ReasonCode::kNotYetSeen);
}

bool PassesHead(const FilterPod& pod, const ClusterSnapshot& snapshot) {
  return snapshot.head_priority.has_value() && pod.priority > *snapshot.head_priority;
}

FilterVerdict OfForeignPod(const FilterPod& pod, std::span<const NodeIndex> candidates,
                           const ClusterSnapshot& snapshot) {
  FilterVerdict verdict;
  const bool passes_head = PassesHead(pod, snapshot);
  for (size_t i = 0; i < candidates.size(); ++i) {
    const NodeIndex node = candidates[i];
    if (!node.valid() || snapshot.blocks[BlockOf(node)]->FitsBesideReservations(
                             *pod.requests, OffsetOf(node), passes_head)) {
      continue;
    }
    verdict.refused.push_back(static_cast<uint32_t>(i));
  }
  if (verdict.refused.empty()) return verdict;
  verdict.kind = FilterVerdict::Kind::kSubset;
  verdict.reason.code = ReasonCode::kNodeReserved;
  return verdict;
}

bool MayMeetReservations(const FilterPod& pod, const ClusterSnapshot& snapshot) {
  return snapshot.any_placed || (snapshot.head_priority.has_value() && !PassesHead(pod, snapshot));
}

}  // namespace

void NodesToRefuse(const FilterPod& pod, const ClusterSnapshot& snapshot,
                   std::vector<NodeIndex>& nodes) {
  nodes.clear();
  const bool asks = snapshot.ready && !pod.in_gang && pod.requests != nullptr &&
                    MayMeetReservations(pod, snapshot) &&
                    snapshot.verdicts.Find(pod.uid) == nullptr;
  if (!asks) return;
  const bool passes_head = PassesHead(pod, snapshot);
  // Whatever is reserved is so for a pod: the two columns of pods tell most nodes apart.
  const auto pods = [](const std::vector<model::NodeBlock::Column>& columns) {
    return kPods.value < columns.size() ? columns[kPods.value].data() : nullptr;
  };
  for (uint32_t b = 0; b < snapshot.blocks.size(); ++b) {
    const model::NodeBlock& block = *snapshot.blocks[b];
    const int64_t* const placed = pods(block.placed);
    const int64_t* const for_head = passes_head ? nullptr : pods(block.for_head);
    for (uint32_t i = 0; i < kNodesPerBlock && (placed != nullptr || for_head != nullptr); ++i) {
      const int64_t reserved =
          (placed != nullptr ? placed[i] : 0) + (for_head != nullptr ? for_head[i] : 0);
      if (reserved == 0 || block.FitsBesideReservations(*pod.requests, i, passes_head)) continue;
      nodes.emplace_back(b * kNodesPerBlock + i);
    }
  }
}

FilterVerdict Filter(const FilterPod& pod, std::span<const NodeIndex> candidates,
                     bool planned_offered, const ClusterSnapshot& snapshot) {
  if (!snapshot.ready) return None(ReasonCode::kNotReady);
  if (const model::PodVerdict* known = snapshot.verdicts.Find(pod.uid))
    return OfMember(*known, planned_offered);
  if (pod.in_gang) return OfUnseenMember(pod, snapshot);
  if (!MayMeetReservations(pod, snapshot) || pod.requests == nullptr) return FilterVerdict{};
  return OfForeignPod(pod, candidates, snapshot);
}

}  // namespace tutti::framework
