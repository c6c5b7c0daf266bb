// Cycle: one class of pods through PreFilter, Filter, PreScore, Score and NormalizeScore.
//
// It holds every plugin to its contract: a plugin that throws, answers a code that its point does
// not have, or scores out of range has failed, and what follows is the plugin's `onError`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "framework/guard.h"
#include "framework/profile.h"

namespace tutti::framework {

// Of each reason that refused nodes: how many, and the numbers of the nearest one.
struct Diagnosis {
  struct Line {
    uint16_t plugin;
    BlockVerdict::Diagnosis of;
  };
  std::vector<Line> lines;

  // Each refused node, where somebody wants to know.
  struct Refused {
    NodeIndex node;
    ReasonId reason;
    bool unresolvable;
  };
  bool keep_nodes = false;
  std::vector<Refused> nodes;

  void Add(uint16_t plugin, const NodeBlockView& block, const NodeMask& candidates,
           const BlockVerdict& verdict);

 private:
  void AddLine(uint16_t plugin, const BlockVerdict::Diagnosis& of);
};

// One thread. What it refers to must outlive it. Same input, same seed: same answers.
class Cycle {
 public:
  Cycle(const Profile& profile, const PodClassView& pod, uint64_t seed,
        const OnPluginFailure* on_failure = nullptr);

  // Not Success: no node at all, and why.
  Status PreFilter(const ClusterView& cluster);
  bool filters() const { return any_filter_; }
  // Takes out of `candidates`, by block, those that are refused. Error: the cycle has failed. A
  // plugin that fails and is skipped has refused nothing, in no block.
  Status Filter(const ClusterView& cluster, std::span<NodeMask> candidates, Diagnosis* diagnosis) {
    return Filter(cluster.blocks.first(candidates.size()), candidates, diagnosis);
  }
  // Of one block.
  Status Filter(const NodeBlockView& block, NodeMask& candidates, Diagnosis* diagnosis) {
    return Filter({&block, 1}, {&candidates, 1}, diagnosis);
  }

  // False: nobody scores.
  bool PreScore(const ClusterView& cluster);
  // Whether the score of one node depends on the other candidates.
  bool normalizes() const { return normalizes_; }
  // Whether no plugin has been left out of the scores because it failed.
  bool scored_by_all() const { return scored_by_all_; }
  // Not Success once a Score has failed whose onError is reject: the pod waits.
  const Status& score_failure() const { return score_failure_; }
  // The weighted sums of all candidates, by NodeIndex. `candidates`: by block. A plugin that fails
  // scores nothing.
  void Score(const ClusterView& cluster, std::span<const NodeMask> candidates,
             std::vector<int64_t>& totals);
  // Of one node; where nothing is normalised.
  int64_t ScoreOne(const NodeBlockView& block, uint32_t offset);

  // Empty: no plugin says which.
  DeviceSet SelectDevices(const NodeBlockView& block, uint32_t offset, const DeviceRequest& request,
                          const DeviceSet& fitting);

 private:
  template <class Call>
  Status Ask(uint16_t plugin, const char* point, Call&& call) {
    return Guarded(profile_, plugin, point, on_failure_, std::forward<Call>(call),
                   Measure::kSampled);
  }
  Status Filter(std::span<const NodeBlockView> blocks, std::span<NodeMask> candidates,
                Diagnosis* diagnosis);
  // What one plugin says of them all, into verdicts_.
  Status AskFilter(const Profile::At<FilterPlugin>& at, std::span<const NodeBlockView> blocks,
                   std::span<const NodeMask> candidates);
  void AskScore(const Profile::At<tutti::ScorePlugin>& at, const ClusterView& cluster,
                std::span<const NodeMask> candidates);
  void ScoreFailed(uint16_t plugin, Status status);
  void AddScores(const Profile::At<tutti::ScorePlugin>& at, const ClusterView& cluster,
                 std::span<const NodeMask> candidates, std::vector<int64_t>& totals);
  // The name of a node whose score is out of range; empty: all are in it.
  std::string OutOfRange(const ClusterView& cluster, std::span<const NodeMask> candidates) const;

  const Profile& profile_;
  const PodClassView& pod_;
  const OnPluginFailure* const on_failure_;
  std::vector<CycleState> states_;  // by plugin
  std::vector<bool> skip_filter_;   // by plugin
  std::vector<bool> skip_score_;
  bool any_filter_ = false;
  bool normalizes_ = false;
  bool scored_by_all_ = true;
  Status score_failure_;
  std::vector<BlockVerdict> verdicts_;  // by block, of one plugin
  std::vector<int64_t> raw_;            // by NodeIndex, of one plugin
  std::vector<int64_t> dense_;          // of the candidates
};

}  // namespace tutti::framework
