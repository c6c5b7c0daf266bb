#include "framework/pod_filter.h"

#include <array>

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

FilterVerdict OfForeignPod(std::span<const uint32_t> refused) {
  FilterVerdict verdict;
  if (refused.empty()) return verdict;
  verdict.kind = FilterVerdict::Kind::kSubset;
  verdict.reason.code = ReasonCode::kNodeReserved;
  verdict.refused.assign(refused.begin(), refused.end());
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
  static constexpr int64_t kNone[kNodesPerBlock] = {};
  const auto pods = [](const std::vector<model::NodeBlock::Column>& columns) {
    return kPods.value < columns.size() && !columns[kPods.value].empty()
               ? columns[kPods.value].data()
               : kNone;
  };
  for (uint32_t b = 0; b < snapshot.blocks.size(); ++b) {
    const model::NodeBlock& block = *snapshot.blocks[b];
    const int64_t* const placed = pods(block.placed);
    const int64_t* const for_head = passes_head ? kNone : pods(block.for_head);
    if (placed == kNone && for_head == kNone) continue;
    // Each offset is written, and the next one over it: no branch that nobody can predict.
    std::array<uint32_t, kNodesPerBlock + 1> reserved;
    size_t count = 0;
    for (uint32_t i = 0; i < kNodesPerBlock; ++i) {
      reserved[count] = i;
      count += (placed[i] | for_head[i]) != 0 ? 1 : 0;
    }
    for (size_t i = 0; i < count; ++i) {
      if (!block.FitsBesideReservations(*pod.requests, reserved[i], passes_head))
        nodes.emplace_back(b * kNodesPerBlock + reserved[i]);
    }
  }
}

FilterVerdict Filter(const FilterPod& pod, std::span<const uint32_t> refused, bool planned_offered,
                     const ClusterSnapshot& snapshot) {
  if (!snapshot.ready) return None(ReasonCode::kNotReady);
  if (const model::PodVerdict* known = snapshot.verdicts.Find(pod.uid))
    return OfMember(*known, planned_offered);
  return pod.in_gang ? OfUnseenMember(pod, snapshot) : OfForeignPod(refused);
}

}  // namespace tutti::framework
