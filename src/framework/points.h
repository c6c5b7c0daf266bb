// Points: which extension points a plugin serves, and as what object.
#pragma once

#include <string>
#include <vector>

#include "tutti/plugin/bind.h"
#include "tutti/plugin/cluster_event.h"
#include "tutti/plugin/device_select.h"
#include "tutti/plugin/filter.h"
#include "tutti/plugin/object_watch.h"
#include "tutti/plugin/placement.h"
#include "tutti/plugin/post_filter.h"
#include "tutti/plugin/queue_select.h"
#include "tutti/plugin/queue_sort.h"
#include "tutti/plugin/reserve.h"
#include "tutti/plugin/score.h"
#include "tutti/plugin/state.h"

namespace tutti::framework {

// Null: not served. They live as long as the plugin.
struct Points {
  const PreFilterPlugin* pre_filter = nullptr;
  const FilterPlugin* filter = nullptr;
  const PreScorePlugin* pre_score = nullptr;
  const ScorePlugin* score = nullptr;
  const PreEnqueuePlugin* pre_enqueue = nullptr;
  const QueueSortPlugin* queue_sort = nullptr;
  const PlacementGeneratePlugin* placement_generate = nullptr;
  const PlacementScorePlugin* placement_score = nullptr;
  const DeviceSelectPlugin* device_select = nullptr;
  const PostFilterPlugin* post_filter = nullptr;
  const SelectVictimsPlugin* select_victims = nullptr;
  // These may change the plugin: on the core's thread alone.
  ReservePlugin* reserve = nullptr;
  PermitPlugin* permit = nullptr;
  PreBindPlugin* pre_bind = nullptr;
  PostBindPlugin* post_bind = nullptr;
  ClusterEventPlugin* cluster_event = nullptr;
  QueueSelectPlugin* queue_select = nullptr;
  ObjectWatchPlugin* object_watch = nullptr;
  StatePlugin* state = nullptr;

  // As its PointTable says, or else as its class does.
  static Points Of(Plugin& plugin);
};

// kube-scheduler's names of those that are served, in the order in which they are asked.
std::vector<std::string> NamesOf(const Points& points);

// For plugins whose class cannot tell. An adapter (of a shared object, of a remote service) is one
// class that can serve all points, and learns only when it is connected which ones it has: the
// alternative would be a class for each subset of nineteen.
class PointTable {
 public:
  virtual ~PointTable() = default;
  virtual Points points() const = 0;
};

inline Points Points::Of(Plugin& plugin) {
  if (const auto* table = dynamic_cast<const PointTable*>(&plugin)) return table->points();
  return {.pre_filter = dynamic_cast<const PreFilterPlugin*>(&plugin),
          .filter = dynamic_cast<const FilterPlugin*>(&plugin),
          .pre_score = dynamic_cast<const PreScorePlugin*>(&plugin),
          .score = dynamic_cast<const ScorePlugin*>(&plugin),
          .pre_enqueue = dynamic_cast<const PreEnqueuePlugin*>(&plugin),
          .queue_sort = dynamic_cast<const QueueSortPlugin*>(&plugin),
          .placement_generate = dynamic_cast<const PlacementGeneratePlugin*>(&plugin),
          .placement_score = dynamic_cast<const PlacementScorePlugin*>(&plugin),
          .device_select = dynamic_cast<const DeviceSelectPlugin*>(&plugin),
          .post_filter = dynamic_cast<const PostFilterPlugin*>(&plugin),
          .select_victims = dynamic_cast<const SelectVictimsPlugin*>(&plugin),
          .reserve = dynamic_cast<ReservePlugin*>(&plugin),
          .permit = dynamic_cast<PermitPlugin*>(&plugin),
          .pre_bind = dynamic_cast<PreBindPlugin*>(&plugin),
          .post_bind = dynamic_cast<PostBindPlugin*>(&plugin),
          .cluster_event = dynamic_cast<ClusterEventPlugin*>(&plugin),
          .queue_select = dynamic_cast<QueueSelectPlugin*>(&plugin),
          .object_watch = dynamic_cast<ObjectWatchPlugin*>(&plugin),
          .state = dynamic_cast<StatePlugin*>(&plugin)};
}

}  // namespace tutti::framework
