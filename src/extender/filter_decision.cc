#include "extender/filter_decision.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "absl/container/flat_hash_set.h"

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
  const bool room = std::all_of(
      requests.entries().begin(), requests.entries().end(),
      [&](const auto& entry) { return block.Free(entry.first, OffsetOf(node)) >= entry.second; });
  const model::DeviceRequest devices = snapshot.devices.RequestOf(requests);
  if (!room || !devices.any()) return room;
  return model::PlacesOn(snapshot.devices.FreeOf(block, OffsetOf(node)), devices) > 0;
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

// A pod of no gang that reservations do not keep out of everything: what the plugins say of it.
void AskPlugins(const model::PodInfo& pod, std::span<const std::string_view> names,
                const ClusterSnapshot& snapshot, Workspace& workspace, FilterDecision& decision) {
  workspace.resolver.Resolve(names, snapshot, workspace.candidates);
  PodPipeline::Verdict verdict = workspace.pipeline.Filter(pod, workspace.candidates, snapshot);
  if (verdict.failed.code() == Code::kError) {
    decision.verdict = {};
    decision.verdict.kind = FilterVerdict::Kind::kNone;
    decision.verdict.reason.code = model::ReasonCode::kPluginFailed;
    decision.error = verdict.failed.message();
    return;
  }
  if (!verdict.failed.ok()) {
    decision.verdict = {};
    decision.verdict.kind = FilterVerdict::Kind::kNone;
    decision.verdict.reason.code = model::ReasonCode::kRefusedByPlugin;
    decision.by_plugin = {{0, verdict.whole}};
    return;
  }
  if (verdict.refused.empty()) return;
  std::vector<uint32_t> refused;
  std::sort(verdict.refused.begin(), verdict.refused.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (uint32_t i = 0; i < workspace.candidates.size(); ++i) {
    const NodeIndex node = workspace.candidates[i];
    const auto it = std::lower_bound(verdict.refused.begin(), verdict.refused.end(), node,
                                     [](const auto& r, NodeIndex n) { return r.first < n; });
    if (it == verdict.refused.end() || it->first != node) continue;
    refused.push_back(i);
    decision.by_plugin.emplace_back(i, it->second);
  }
  std::vector<uint32_t>& before = decision.verdict.refused;
  std::vector<uint32_t> both;
  std::set_union(before.begin(), before.end(), refused.begin(), refused.end(),
                 std::back_inserter(both));
  before = std::move(both);
  if (decision.verdict.kind == FilterVerdict::Kind::kAll)
    decision.verdict.reason.code = model::ReasonCode::kRefusedByPlugin;
  decision.verdict.kind = FilterVerdict::Kind::kSubset;
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
  workspace.refused.clear();
  NodesToRefuse(question, snapshot, workspace.to_refuse);
  if (!workspace.to_refuse.empty())
    workspace.resolver.PositionsOf(workspace.to_refuse, names, snapshot, workspace.refused);
  const bool offered = known != nullptr && decision.kept_position < names.size();
  decision.verdict = Filter(question, workspace.refused, offered, snapshot);

  const bool held = decision.verdict.kind == FilterVerdict::Kind::kNone;
  if (workspace.pipeline.active() && known == nullptr && !question.in_gang && !held)
    AskPlugins(*decoded, names, snapshot, workspace, decision);
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

framework::CorePort::FilterAnswer AnswerOf(base::Uid pod, const FilterDecision& decision,
                                           size_t offered, const ClusterSnapshot& snapshot) {
  const FilterVerdict& verdict = decision.verdict;
  size_t refused = verdict.refused.size();
  if (verdict.kind == FilterVerdict::Kind::kOne) refused = offered - 1;
  if (verdict.kind == FilterVerdict::Kind::kNone) refused = offered;
  return {pod,
          snapshot.generation,
          verdict.kind,
          verdict.node,
          verdict.reason,
          static_cast<uint32_t>(offered),
          static_cast<uint32_t>(refused)};
}

absl::StatusOr<std::optional<framework::CorePort::ScoreAnswer>> ScorePod(
    const PodSummary& pod, std::span<const std::string_view> names, const ClusterSnapshot& snapshot,
    Workspace& workspace, std::vector<int64_t>& scores) {
  if (!workspace.pipeline.scores() || names.empty()) return std::nullopt;
  const absl::StatusOr<model::PodInfo> info = workspace.decoder.Decode(pod.json);
  if (!info.ok()) return info.status();
  if (info->gang) return std::nullopt;
  workspace.resolver.Resolve(names, snapshot, workspace.candidates);
  workspace.pipeline.Score(*info, workspace.candidates, snapshot, scores);
  const auto best = std::max_element(scores.begin(), scores.end());
  return framework::CorePort::ScoreAnswer{
      pod.uid, snapshot.generation, static_cast<uint32_t>(names.size()),
      std::string(names[static_cast<size_t>(best - scores.begin())]), *best};
}

std::vector<NamedRefusal> NamedRefusals(const FilterDecision& decision,
                                        std::span<const std::string_view> names) {
  const bool none = decision.verdict.kind == FilterVerdict::Kind::kNone;
  std::vector<NamedRefusal> refusals;
  std::optional<model::Reason> last;  // mostly they are all alike
  const auto add = [&](uint32_t position) {
    const auto by_plugin =
        std::lower_bound(decision.by_plugin.begin(), decision.by_plugin.end(), position,
                         [](const auto& entry, uint32_t p) { return entry.first < p; });
    const bool plugins = by_plugin != decision.by_plugin.end() && by_plugin->first == position;
    model::Reason reason = decision.verdict.reason;
    if (plugins) {
      reason.code = model::ReasonCode::kRefusedByPlugin;
      reason.plugin = by_plugin->second.reason;
    } else if (reason.code == model::ReasonCode::kRefusedByPlugin) {
      reason.code = model::ReasonCode::kNodeReserved;
    }
    std::string message = last == reason ? refusals.back().message : model::StableMessage(reason);
    last = reason;
    refusals.push_back(
        {names[position], std::move(message), plugins ? by_plugin->second.unresolvable : none});
  };
  if (none) {
    add(0);
    return refusals;
  }
  absl::flat_hash_set<std::string_view> named;
  for (const uint32_t position : decision.verdict.refused) {
    if (refusals.size() == kMostNamedRefusals) break;
    if (named.insert(names[position]).second) add(position);
  }
  return refusals;
}

void KeepForPreemption(FilterDecision& decision) {
  if (decision.verdict.kind != FilterVerdict::Kind::kSubset) return;
  FilterVerdict verdict;
  for (const auto& [position, refusal] : decision.by_plugin) {
    if (refusal.unresolvable) verdict.refused.push_back(position);
  }
  if (!verdict.refused.empty()) {
    verdict.kind = FilterVerdict::Kind::kSubset;
    verdict.reason.code = model::ReasonCode::kRefusedByPlugin;
  }
  decision.verdict = std::move(verdict);
}

}  // namespace tutti::extender
