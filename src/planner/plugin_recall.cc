#include "planner/plugin_recall.h"

#include <algorithm>
#include <vector>

#include "planner/core_checkpoint.h"

namespace tutti::planner {

void PluginRecall::Save(CoreCheckpoint& checkpoint) const {
  checkpoint.plugin_states = states_.Save();
}

void PluginRecall::Restore(const CoreCheckpoint& checkpoint) {
  if (!s_.plugins.active()) return;
  TellEvents();
  reserves_.TellAgain();
  states_.Restore(checkpoint.plugin_states);
  s_.planning_due = checkpoint.planning_due;  // nothing of this is news
}

void PluginRecall::TellEvents() {
  for (uint32_t node = 0; node < s_.nodes.capacity(); ++node) {
    if (s_.nodes.Info(model::NodeIndex(node)) != nullptr)
      events_.Tell(ClusterEventKind::kNodeAdded, model::NodeIndex(node));
  }
  for (const auto& [arrival, gang] : s_.by_arrival) {
    if (gang->told_of_arrival) events_.Tell(ClusterEventKind::kGangArrived, *gang);
  }
  std::vector<const PodRecord*> bound;
  for (const auto& [uid, record] : s_.pods) {
    if (record.charged) bound.push_back(&record);
  }
  std::sort(bound.begin(), bound.end(),
            [](const PodRecord* a, const PodRecord* b) { return a->info.uid < b->info.uid; });
  for (const PodRecord* record : bound) events_.Tell(ClusterEventKind::kPodBound, *record);
  for (const auto& [arrival, gang] : s_.by_arrival) {
    if (gang->told_of_place) events_.Tell(ClusterEventKind::kGangPlaced, *gang);
  }
}

}  // namespace tutti::planner
