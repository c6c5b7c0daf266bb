#include "framework/cycle.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "framework/whole_cluster.h"

namespace tutti::framework {
namespace {

constexpr size_t kMostLines = 32;

bool InRange(int64_t score) { return score >= kMinNodeScore && score <= kMaxNodeScore; }

bool IsRefusal(const Status& status) {
  return status.code() == Code::kUnschedulable ||
         status.code() == Code::kUnschedulableAndUnresolvable;
}

template <class Visit>
void ForEachCandidate(std::span<const NodeMask> candidates, Visit&& visit) {
  for (uint32_t b = 0; b < candidates.size(); ++b) {
    candidates[b].ForEach([&](uint32_t offset) { visit(b, offset, b * kNodesPerBlock + offset); });
  }
}

}  // namespace

void Diagnosis::Add(uint16_t plugin, const NodeBlockView& block, const NodeMask& candidates,
                    const BlockVerdict& verdict) {
  for (const BlockVerdict::Diagnosis& of : verdict.diagnoses()) {
    if (of.nodes > 0) AddLine(plugin, of);
  }
  if (!keep_nodes) return;
  candidates.ForEach([&](uint32_t i) {
    if (verdict.passing().Has(i)) return;
    nodes.push_back({block.Index(i), verdict.reason(i), verdict.unresolvable().Has(i)});
  });
}

void Diagnosis::AddLine(uint16_t plugin, const BlockVerdict::Diagnosis& of) {
  for (Line& line : lines) {
    if (line.plugin != plugin || line.of.reason != of.reason) continue;
    if (of.have > line.of.have) {
      line.of.have = of.have;
      line.of.need = of.need;
    }
    line.of.nodes += of.nodes;
    return;
  }
  if (lines.size() < kMostLines) lines.push_back({plugin, of});
}

Cycle::Cycle(const Profile& profile, const PodClassView& pod, uint64_t seed,
             const OnPluginFailure* on_failure)
    : profile_(profile),
      pod_(pod),
      on_failure_(on_failure),
      skip_filter_(profile.plugins().size(), false),
      skip_score_(profile.plugins().size(), false),
      any_filter_(!profile.filters().empty()) {
  states_.reserve(profile.plugins().size());
  for (size_t i = 0; i < profile.plugins().size(); ++i) states_.emplace_back(Mix(seed, i));
  for (const auto& at : profile.scores()) normalizes_ |= at.point->HasNormalizeScore();
}

Status Cycle::PreFilter(const ClusterView& cluster) {
  for (const auto& at : profile_.pre_filters()) {
    Status status = Ask(at.plugin, "PreFilter", [&] {
      Status answer = at.point->PreFilter(states_[at.plugin], pod_, cluster);
      const bool known = answer.ok() || answer.code() == Code::kSkip || IsRefusal(answer) ||
                         answer.code() == Code::kError;
      return known ? answer
                   : WrongCode("PreFilter", answer,
                               "Success, Skip, Unschedulable, UnschedulableAndUnresolvable or "
                               "Error");
    });
    if (status.ok()) continue;
    if (status.code() == Code::kSkip ||
        (status.code() == Code::kError && profile_.Skips(at.plugin, /*by_default=*/false))) {
      skip_filter_[at.plugin] = true;
      continue;
    }
    return status;
  }
  any_filter_ = std::any_of(profile_.filters().begin(), profile_.filters().end(),
                            [&](const auto& at) { return !skip_filter_[at.plugin]; });
  return Status::Success();
}

Status Cycle::Filter(std::span<const NodeBlockView> blocks, std::span<NodeMask> candidates,
                     Diagnosis* diagnosis) {
  for (const auto& at : profile_.filters()) {
    if (skip_filter_[at.plugin]) continue;
    if (std::all_of(candidates.begin(), candidates.end(),
                    [](const NodeMask& mask) { return mask.empty(); })) {
      break;
    }
    const Status status =
        Ask(at.plugin, "Filter", [&] { return AskFilter(at, blocks, candidates); });
    if (!status.ok()) {
      if (!profile_.Skips(at.plugin, /*by_default=*/false)) return status;
      skip_filter_[at.plugin] = true;
      continue;
    }
    for (size_t b = 0; b < candidates.size(); ++b) {
      if (candidates[b].empty()) continue;
      if (diagnosis != nullptr) diagnosis->Add(at.plugin, blocks[b], candidates[b], verdicts_[b]);
      candidates[b] = verdicts_[b].passing();
    }
  }
  return Status::Success();
}

Status Cycle::AskFilter(const Profile::At<FilterPlugin>& at, std::span<const NodeBlockView> blocks,
                        std::span<const NodeMask> candidates) {
  verdicts_.clear();
  for (const NodeMask& mask : candidates) verdicts_.emplace_back(mask);
  const CycleState& state = states_[at.plugin];
  Status answer;
  if (const auto* whole = dynamic_cast<const WholeClusterFilter*>(at.point)) {
    answer = whole->FilterBlocks(state, pod_, blocks, verdicts_);
  } else {
    for (size_t b = 0; b < blocks.size() && answer.ok(); ++b) {
      if (!candidates[b].empty())
        answer = at.point->FilterBlock(state, pod_, blocks[b], verdicts_[b]);
    }
  }
  if (!answer.ok()) {
    return answer.code() == Code::kError
               ? answer
               : WrongCode("Filter of a block", answer, "Success or Error");
  }
  for (size_t b = 0; b < blocks.size(); ++b) {
    NodeMask known = verdicts_[b].passing();
    known &= candidates[b];
    if (known != verdicts_[b].passing())
      return Status::Error("Filter passed a node that is no candidate");
  }
  return answer;
}

bool Cycle::PreScore(const ClusterView& cluster) {
  for (const auto& at : profile_.pre_scores()) {
    const Status status = Ask(at.plugin, "PreScore", [&] {
      Status answer = at.point->PreScore(states_[at.plugin], pod_, cluster);
      const bool known =
          answer.ok() || answer.code() == Code::kSkip || answer.code() == Code::kError;
      return known ? answer : WrongCode("PreScore", answer, "Success, Skip or Error");
    });
    if (status.code() == Code::kError) ScoreFailed(at.plugin, status);
    if (!status.ok()) skip_score_[at.plugin] = true;
  }
  bool any = false;
  normalizes_ = false;
  for (const auto& at : profile_.scores()) {
    if (skip_score_[at.plugin]) continue;
    any = true;
    normalizes_ |= at.point->HasNormalizeScore();
  }
  return any;
}

void Cycle::Score(const ClusterView& cluster, std::span<const NodeMask> candidates,
                  std::vector<int64_t>& totals) {
  totals.assign(candidates.size() * kNodesPerBlock, 0);
  raw_.resize(totals.size());
  for (const auto& at : profile_.scores()) {
    if (!skip_score_[at.plugin]) AddScores(at, cluster, candidates, totals);
  }
}

void Cycle::AddScores(const Profile::At<tutti::ScorePlugin>& at, const ClusterView& cluster,
                      std::span<const NodeMask> candidates, std::vector<int64_t>& totals) {
  const Status status = Ask(at.plugin, "Score", [&] {
    AskScore(at, cluster, candidates);
    if (at.point->HasNormalizeScore()) {
      dense_.clear();
      ForEachCandidate(candidates,
                       [&](uint32_t, uint32_t, uint32_t i) { dense_.push_back(raw_[i]); });
      at.point->NormalizeScore(states_[at.plugin], pod_, dense_);
      size_t next = 0;
      ForEachCandidate(candidates,
                       [&](uint32_t, uint32_t, uint32_t i) { raw_[i] = dense_[next++]; });
    }
    const std::string wrong = OutOfRange(cluster, candidates);
    return wrong.empty() ? Status::Success() : Status::Error(wrong);
  });
  // Nobody's place may hang on half of an answer.
  if (!status.ok()) return ScoreFailed(at.plugin, status);
  const int64_t weight = profile_.plugins()[at.plugin].weight;
  ForEachCandidate(candidates,
                   [&](uint32_t, uint32_t, uint32_t i) { totals[i] += weight * raw_[i]; });
}

void Cycle::AskScore(const Profile::At<tutti::ScorePlugin>& at, const ClusterView& cluster,
                     std::span<const NodeMask> candidates) {
  const CycleState& state = states_[at.plugin];
  if (const auto* whole = dynamic_cast<const WholeClusterScore*>(at.point)) {
    whole->ScoreBlocks(state, pod_, cluster.blocks.first(candidates.size()), candidates, raw_);
    return;
  }
  for (size_t b = 0; b < candidates.size(); ++b) {
    if (candidates[b].empty()) continue;
    const std::span<int64_t, kNodesPerBlock> scores(&raw_[b * kNodesPerBlock], kNodesPerBlock);
    at.point->ScoreBlock(state, pod_, cluster.blocks[b], candidates[b], scores);
  }
}

std::string Cycle::OutOfRange(const ClusterView& cluster,
                              std::span<const NodeMask> candidates) const {
  std::string wrong;
  ForEachCandidate(candidates, [&](uint32_t b, uint32_t offset, uint32_t i) {
    if (InRange(raw_[i]) || !wrong.empty()) return;
    wrong = absl::StrFormat("Score gave %d for node %s: expected %d to %d", raw_[i],
                            cluster.blocks[b].names[offset], kMinNodeScore, kMaxNodeScore);
  });
  return wrong;
}

int64_t Cycle::ScoreOne(const NodeBlockView& block, uint32_t offset) {
  int64_t total = 0;
  for (const auto& at : profile_.scores()) {
    if (skip_score_[at.plugin]) continue;
    int64_t score = 0;
    const Status status = Ask(at.plugin, "Score", [&] {
      score = at.point->Score(states_[at.plugin], pod_, block.Node(offset));
      if (InRange(score)) return Status::Success();
      return Status::Error(absl::StrFormat("Score gave %d for node %s: expected %d to %d", score,
                                           block.names[offset], kMinNodeScore, kMaxNodeScore));
    });
    if (status.ok()) {
      total += profile_.plugins()[at.plugin].weight * score;
    } else {
      ScoreFailed(at.plugin, status);
    }
  }
  return total;
}

DeviceSet Cycle::SelectDevices(const NodeBlockView& block, uint32_t offset,
                               const DeviceRequest& request, const DeviceSet& fitting) {
  for (const auto& at : profile_.device_selects()) {
    DeviceSet selected;
    const Status status = Ask(at.plugin, "DeviceSelect", [&] {
      selected =
          at.point->SelectDevices(states_[at.plugin], pod_, block.Node(offset), request, fitting);
      if (selected.empty() || (selected.Count() == request.count && selected.In(fitting)))
        return Status::Success();
      return Status::Error(absl::StrFormat(
          "DeviceSelect gave %d devices for node %s: expected none, or %d of those that fit",
          selected.Count(), block.names[offset], request.count));
    });
    if (status.ok() && !selected.empty()) return selected;
  }
  return {};
}

void Cycle::ScoreFailed(uint16_t plugin, Status status) {
  skip_score_[plugin] = true;
  scored_by_all_ = false;
  if (!profile_.Skips(plugin, /*by_default=*/true)) score_failure_ = std::move(status);
}

}  // namespace tutti::framework
