// PreScore, Score and NormalizeScore: which of the nodes that passed is best?
#pragma once

#include <cstdint>
#include <span>

#include "tutti/cycle_state.h"
#include "tutti/plugin.h"
#include "tutti/status.h"
#include "tutti/views.h"

namespace tutti {

inline constexpr int64_t kMinNodeScore = 0;
inline constexpr int64_t kMaxNodeScore = 100;

// Once per cycle and pod class, before its Score. Threads as PreFilter.
//   Success; Skip: Score has nothing to say and is not called; Error.
class PreScorePlugin : public virtual Plugin {
 public:
  virtual Status PreScore(CycleState& state, const PodClassView& pod,
                          const ClusterView& cluster) const = 0;
};

// Pure, as Filter. Higher is better.
class ScorePlugin : public virtual Plugin {
 public:
  // kMinNodeScore to kMaxNodeScore; with HasNormalizeScore any number. Of a node that passed
  // Filter. Of a gang, members are placed one after another and a node is scored anew when it got
  // one.
  virtual int64_t Score(const CycleState& state, const PodClassView& pod,
                        const NodeView& node) const = 0;

  // Whether Score is a function of the pod class and of the node's own row alone: not of the
  // cycle's state or seed, nor of `count`, `gang` and namespace_name. The host may then keep a
  // node's score for further pods of the class until the node changes, and asks far less often.
  virtual bool IsNodeLocal() const { return false; }

  // The same for the candidates of one block, into scores[offset]; override it in hot code.
  virtual void ScoreBlock(const CycleState& state, const PodClassView& pod,
                          const NodeBlockView& block, const NodeMask& candidates,
                          std::span<int64_t, kNodesPerBlock> scores) const {
    candidates.ForEach(
        [&](uint32_t offset) { scores[offset] = Score(state, pod, block.Node(offset)); });
  }

  // Turns the scores of all candidates into kMinNodeScore to kMaxNodeScore. Costs a pass over all
  // candidates for each member of a gang: do without where Score can say it at once.
  virtual bool HasNormalizeScore() const { return false; }
  virtual void NormalizeScore(const CycleState& state, const PodClassView& pod,
                              std::span<int64_t> scores) const {
    (void)state, (void)pod, (void)scores;
  }
};

}  // namespace tutti
