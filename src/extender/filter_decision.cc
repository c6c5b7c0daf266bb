#include "extender/filter_decision.h"

#include <algorithm>
#include <optional>

namespace tutti::extender {
namespace {

using framework::FilterPod;
using framework::FilterVerdict;
using model::ClusterSnapshot;
using model::NodeIndex;

bool FitsAlone(const model::ResourceList& requests, NodeIndex node,
               const ClusterSnapshot& snapshot) {
  // A node that we do not know is a template of the autoscaler: kube-scheduler's filters, which ran
  // before us, have judged it.
  if (snapshot.Info(node) == nullptr) return true;
  const model::NodeBlock& block = *snapshot.blocks[BlockOf(node)];
  return std::all_of(requests.entries().begin(), requests.entries().end(), [&](const auto& entry) {
    return block.Free(entry.first, OffsetOf(node)) >= entry.second;
  });
}

FilterVerdict WhereOneFits(const model::ResourceList& requests,
                           std::span<const NodeIndex> candidates, const ClusterSnapshot& snapshot) {
  FilterVerdict verdict;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (!FitsAlone(requests, candidates[i], snapshot))
      verdict.refused.push_back(static_cast<uint32_t>(i));
  }
  if (verdict.refused.empty()) return verdict;
  verdict.kind = FilterVerdict::Kind::kSubset;
  verdict.reason.code = model::ReasonCode::kWaitingForCapacity;
  return verdict;
}

// Where the planned node stands among the offered ones; their number where it does not.
size_t PositionOf(NodeIndex node, std::span<const std::string_view> names,
                  const ClusterSnapshot& snapshot) {
  const model::NodeInfo* info = snapshot.Info(node);
  if (info == nullptr) return names.size();
  return static_cast<size_t>(std::find(names.begin(), names.end(), info->name) - names.begin());
}

}  // namespace

absl::StatusOr<FilterDecision> DecideFilter(const PodSummary& pod,
                                            std::span<const std::string_view> names,
                                            FilterMode mode, const ClusterSnapshot& snapshot,
                                            Workspace& workspace) {
  FilterDecision decision;
  FilterPod question;
  question.uid = pod.uid;
  question.plan_token = pod.plan_token;
  std::optional<model::PodInfo> decoded;
  const auto decode = [&]() -> absl::Status {
    absl::StatusOr<model::PodInfo> info = workspace.decoder.Decode(pod.json);
    if (!info.ok()) return info.status();
    decoded = *std::move(info);
    question.in_gang = decoded->gang.has_value();
    question.priority = decoded->shape->priority;
    question.requests = &decoded->shape->requests;
    return absl::OkStatus();
  };

  const model::PodVerdict* known = pod.uid.valid() ? snapshot.verdicts.Find(pod.uid) : nullptr;
  if (known != nullptr) {
    decision.kept_position = PositionOf(known->node, names, snapshot);
  } else if (absl::Status status = decode(); !status.ok()) {
    return status;
  }
  workspace.candidates.clear();
  NodesToRefuse(question, snapshot, workspace.in_question);
  if (!workspace.in_question.empty()) {
    workspace.resolver.ResolveAmong(workspace.in_question, names, snapshot, workspace.candidates);
  }
  const bool offered = known != nullptr && decision.kept_position < names.size();
  decision.verdict = Filter(question, workspace.candidates, offered, snapshot);

  const bool held = decision.verdict.kind == FilterVerdict::Kind::kNone;
  if (mode == FilterMode::kDryRun && held) {
    if (!decoded) {
      if (absl::Status status = decode(); !status.ok()) return status;
    }
    workspace.resolver.Resolve(names, snapshot, workspace.candidates);
    decision.verdict = WhereOneFits(decoded->shape->requests, workspace.candidates, snapshot);
  } else if (decision.verdict.report_not_offered) {
    if (const model::NodeInfo* info = snapshot.Info(decision.verdict.node))
      decision.planned_node = info->name;
  }
  return decision;
}

void KeepForPreemption(FilterDecision& decision) {
  if (decision.verdict.kind != FilterVerdict::Kind::kSubset) return;
  decision.verdict = FilterVerdict{};
}

}  // namespace tutti::extender
