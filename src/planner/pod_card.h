// PodCard: a pod and its node as plugins see them.
#pragma once

#include <string_view>
#include <vector>

#include "planner/core_state.h"
#include "tutti/placed_pod_view.h"

namespace tutti::planner {

inline PodUid UidOf(const model::PodInfo& pod) { return {pod.uid.high, pod.uid.low}; }

// As PlacedPodView::evictable.
bool Evictable(const CoreState& state, const PodRecord& record);

// Points into `record`, `node_name` and `fields`, which it fills.
PlacedPodView ViewOf(const CoreState& state, const PodRecord& record, model::NodeIndex node,
                     std::string_view node_name, std::vector<std::string_view>& fields);

// Owns what its view points at beside the record.
class PodCard {
 public:
  PodCard(const CoreState& state, const PodRecord& record, std::string_view node_name)
      : view_(ViewOf(state, record, state.nodes.Find(node_name), node_name, fields_)) {}
  PodCard(const PodCard&) = delete;
  PodCard& operator=(const PodCard&) = delete;

  const PlacedPodView& view() const { return view_; }

 private:
  std::vector<std::string_view> fields_;
  PlacedPodView view_;
};

}  // namespace tutti::planner
