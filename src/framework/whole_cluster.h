// WholeClusterFilter and WholeClusterScore: points that are asked about all blocks at once.
//
// For adapters whose calls are dear, because each leaves the process. The answers are those of the
// same calls block by block; contracts as in tutti/plugin/filter.h and score.h.
#pragma once

#include <cstdint>
#include <span>

#include "tutti/plugin/filter.h"
#include "tutti/plugin/score.h"

namespace tutti::framework {

class WholeClusterFilter : public FilterPlugin {
 public:
  // verdicts[b] begins with the candidates of blocks[b]; there may be none.
  virtual Status FilterBlocks(const CycleState& state, const PodClassView& pod,
                              std::span<const NodeBlockView> blocks,
                              std::span<BlockVerdict> verdicts) const = 0;
};

class WholeClusterScore : public ScorePlugin {
 public:
  // Into scores[b * kNodesPerBlock + offset] for each of candidates[b].
  virtual void ScoreBlocks(const CycleState& state, const PodClassView& pod,
                           std::span<const NodeBlockView> blocks,
                           std::span<const NodeMask> candidates,
                           std::span<int64_t> scores) const = 0;
};

}  // namespace tutti::framework
