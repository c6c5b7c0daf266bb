#include "planner/class_pipeline.h"

#include <algorithm>

#include "planner/gang_card.h"

namespace tutti::planner {
ClassPipeline::ClassPipeline(const framework::Plugins& plugins, const model::NodeTable& nodes,
                             const TextTable& texts)
    : plugins_(plugins),
      nodes_(nodes),
      active_(plugins.judge_nodes()),
      filters_(active_ &&
               !(plugins.profile->filters().empty() && plugins.profile->pre_filters().empty())),
      judges_locally_(!active_ || plugins.profile->judges_locally()),
      views_(texts) {}

void ClassPipeline::Begin(const MemberClass& wanted, uint64_t seed) {
  pod_ = ViewOf(wanted, fields_);
  views_.Reset(nodes_.blocks());
  diagnosis_.lines.clear();
  failed_ = Status::Success();
  scores_ = false;
  cycle_.emplace(*plugins_.profile, pod_, seed, &plugins_.on_failure);
}

bool ClassPipeline::Filter(std::vector<NodeMask>& candidates) {
  const ClusterView cluster = views_.view();
  failed_ = cycle_->PreFilter(cluster);
  if (!failed_.ok()) return false;
  if (cycle_->filters()) failed_ = cycle_->Filter(cluster, candidates, &diagnosis_);
  if (!failed_.ok()) return false;
  const bool any = std::any_of(candidates.begin(), candidates.end(),
                               [](const NodeMask& mask) { return !mask.empty(); });
  if (any) scores_ = cycle_->PreScore(cluster);
  return any;
}

model::Reason ClassPipeline::refusal() const {
  if (!failed_.ok()) return plugins_.ReasonOf(failed_);
  if (score_failed()) return plugins_.ReasonOf(cycle_->score_failure());
  model::Reason reason;
  reason.code = model::ReasonCode::kRefusedByPlugin;
  // Of several reasons the one that stands for most nodes.
  const auto most =
      std::max_element(diagnosis_.lines.begin(), diagnosis_.lines.end(),
                       [](const auto& a, const auto& b) { return a.of.nodes < b.of.nodes; });
  if (most == diagnosis_.lines.end()) return reason;
  reason.need = most->of.need;
  reason.have = most->of.have;
  reason.plugin = plugins_.reasons->Find(most->of.reason);
  return reason;
}

const std::vector<int64_t>& ClassPipeline::Score(const std::vector<NodeMask>& candidates) {
  cycle_->Score(views_.view(), candidates, totals_);
  return totals_;
}

bool ClassPipeline::StillPasses(NodeIndex node) {
  if (!cycle_->filters()) return true;
  NodeMask one;
  one.Add(OffsetOf(node));
  const Status status = cycle_->Filter(views_.view().blocks[BlockOf(node)], one, &diagnosis_);
  return status.ok() && !one.empty();
}

int64_t ClassPipeline::ScoreOne(NodeIndex node) {
  return cycle_->ScoreOne(views_.view().blocks[BlockOf(node)], OffsetOf(node));
}

void ClassPipeline::Refresh(NodeIndex node) {
  const uint32_t block = BlockOf(node);
  views_.Refresh(block, *nodes_.blocks()[block]);
}

}  // namespace tutti::planner
