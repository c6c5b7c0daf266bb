// ClassPipeline: the profile's plugins, asked about one class of a gang's members.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/cluster_views.h"
#include "framework/cycle.h"
#include "framework/plugins.h"
#include "model/node_table.h"
#include "model/reason.h"
#include "planner/member_class.h"

namespace tutti::planner {

// One class at a time, between Begin and the next Begin. Looks at the node table as it is; whoever
// changes a node tells it (Refresh).
class ClassPipeline {
 public:
  ClassPipeline(const framework::Plugins& plugins, const model::NodeTable& nodes,
                const TextTable& texts);

  // Whether any plugin filters or scores at all; otherwise nothing below needs to be called.
  bool active() const { return active_; }
  // Whether any of them can refuse a node.
  bool filters() const { return filters_; }
  // Whether a score of a node is good until the node changes.
  bool judges_locally() const { return judges_locally_; }
  bool scored_by_all() const { return cycle_->scored_by_all(); }

  void Begin(const MemberClass& wanted, uint64_t seed);
  // What is free, in place of the table's: by block and resource; null: zero.
  void OverrideFree(uint32_t block, const std::vector<NodeBlockView::Column>& free) {
    views_.OverrideFree(block, free);
  }
  // Leaves those that pass; false: none does, and refusal() says why.
  bool Filter(std::vector<NodeMask>& candidates);
  model::Reason refusal() const;
  // Of the last Filter: that no node passes for one reason, a PreFilter's or a failure.
  bool failed() const { return !failed_.ok(); }
  // Otherwise: how many nodes each reason refused.
  const framework::Diagnosis& diagnosis() const { return diagnosis_; }

  bool scores() const { return scores_; }
  // Whether a Score has failed so that the class must wait; refusal() says so as well.
  bool score_failed() const { return !cycle_->score_failure().ok(); }
  // The weighted sums, by NodeIndex, of the candidates.
  const std::vector<int64_t>& Score(const std::vector<NodeMask>& candidates);
  // A member has taken room on the node: whether the next one passes there.
  bool StillPasses(NodeIndex node);
  // Whether the score of a node hangs on the others: then Score all of them again.
  bool normalizes() const { return cycle_->normalizes(); }
  int64_t ScoreOne(NodeIndex node);
  // Empty: no plugin says which.
  DeviceSet SelectDevices(NodeIndex node, const DeviceRequest& request, const DeviceSet& fitting) {
    return cycle_->SelectDevices(views_.view().blocks[BlockOf(node)], OffsetOf(node), request,
                                 fitting);
  }
  void Refresh(NodeIndex node);

 private:
  const framework::Plugins& plugins_;
  const model::NodeTable& nodes_;
  const bool active_;
  const bool filters_;
  const bool judges_locally_;
  bool scores_ = false;
  framework::ClusterViews views_;
  std::vector<std::string_view> fields_;
  PodClassView pod_;
  std::optional<framework::Cycle> cycle_;
  framework::Diagnosis diagnosis_;
  Status failed_;
  std::vector<int64_t> totals_;
};

}  // namespace tutti::planner
