// Points: which extension points a plugin serves, and as what object.
#pragma once

#include "tutti/plugin/device_select.h"
#include "tutti/plugin/filter.h"
#include "tutti/plugin/placement.h"
#include "tutti/plugin/queue_sort.h"
#include "tutti/plugin/score.h"

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

  // As its PointTable says, or else as its class does.
  static Points Of(const Plugin& plugin);
};

// For plugins whose class cannot tell. An adapter (of a shared object, of a remote service) is one
// class that can serve all points, and learns only when it is connected which ones it has: the
// alternative would be a class for each subset of nine.
class PointTable {
 public:
  virtual ~PointTable() = default;
  virtual Points points() const = 0;
};

inline Points Points::Of(const Plugin& plugin) {
  if (const auto* table = dynamic_cast<const PointTable*>(&plugin)) return table->points();
  return {.pre_filter = dynamic_cast<const PreFilterPlugin*>(&plugin),
          .filter = dynamic_cast<const FilterPlugin*>(&plugin),
          .pre_score = dynamic_cast<const PreScorePlugin*>(&plugin),
          .score = dynamic_cast<const ScorePlugin*>(&plugin),
          .pre_enqueue = dynamic_cast<const PreEnqueuePlugin*>(&plugin),
          .queue_sort = dynamic_cast<const QueueSortPlugin*>(&plugin),
          .placement_generate = dynamic_cast<const PlacementGeneratePlugin*>(&plugin),
          .placement_score = dynamic_cast<const PlacementScorePlugin*>(&plugin),
          .device_select = dynamic_cast<const DeviceSelectPlugin*>(&plugin)};
}

}  // namespace tutti::framework
