#include "framework/points.h"

#include <utility>

namespace tutti::framework {

std::vector<std::string> NamesOf(const Points& points) {
  const std::pair<const char*, bool> all[] = {
      {"PreEnqueue", points.pre_enqueue != nullptr},
      {"QueueSelect", points.queue_select != nullptr},
      {"QueueSort", points.queue_sort != nullptr},
      {"PlacementGenerate", points.placement_generate != nullptr},
      {"PreFilter", points.pre_filter != nullptr},
      {"Filter", points.filter != nullptr},
      {"PostFilter", points.post_filter != nullptr},
      {"SelectVictims", points.select_victims != nullptr},
      {"PreScore", points.pre_score != nullptr},
      {"Score", points.score != nullptr},
      {"NormalizeScore", points.score != nullptr && points.score->HasNormalizeScore()},
      {"DeviceSelect", points.device_select != nullptr},
      {"PlacementScore", points.placement_score != nullptr},
      {"Reserve", points.reserve != nullptr},
      {"Permit", points.permit != nullptr},
      {"PreBind", points.pre_bind != nullptr},
      {"PostBind", points.post_bind != nullptr},
      {"ClusterEvent", points.cluster_event != nullptr},
      {"ObjectWatch", points.object_watch != nullptr},
      {"State", points.state != nullptr},
  };
  std::vector<std::string> names;
  for (const auto& [name, served] : all) {
    if (served) names.emplace_back(name);
  }
  return names;
}

}  // namespace tutti::framework
