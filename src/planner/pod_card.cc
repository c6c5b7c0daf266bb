#include "planner/pod_card.h"

namespace tutti::planner {

bool Evictable(const CoreState& state, const PodRecord& record) {
  return record.info.bound() && !state.Leaves(record) && record.info.disruptable &&
         record.evict_again_at <= state.now;
}

PlacedPodView ViewOf(const CoreState& state, const PodRecord& record, model::NodeIndex node,
                     std::string_view node_name, std::vector<std::string_view>& fields) {
  const model::PodInfo& pod = record.info;
  fields.assign(pod.shape->fields.begin(), pod.shape->fields.end());
  PlacedPodView view;
  view.uid = UidOf(pod);
  view.namespace_name = pod.namespace_name;
  view.name = pod.name;
  if (pod.gang) view.gang = pod.gang->display_name;
  if (record.gang != nullptr) view.gang_arrival = record.gang->arrival;
  view.priority = pod.shape->priority;
  view.leaving = state.Leaves(record);
  view.evictable = Evictable(state, record);
  view.node = node;
  view.node_name = node_name;
  view.bound_since = std::chrono::seconds(pod.bound_seconds);
  view.requests = (pod.bound() ? *pod.charge : pod.shape->requests).entries();
  view.fields = fields;
  return view;
}

}  // namespace tutti::planner
