#include "control/plugin_catalog.h"

#include <utility>

namespace tutti::control {
namespace {

std::vector<std::string> PointsOf(Plugin& plugin) {
  const framework::Points points = framework::Points::Of(plugin);
  const std::pair<const char*, bool> all[] = {
      {"PreEnqueue", points.pre_enqueue != nullptr},
      {"QueueSort", points.queue_sort != nullptr},
      {"PlacementGenerate", points.placement_generate != nullptr},
      {"PreFilter", points.pre_filter != nullptr},
      {"Filter", points.filter != nullptr},
      {"PreScore", points.pre_score != nullptr},
      {"Score", points.score != nullptr},
      {"NormalizeScore", points.score != nullptr && points.score->HasNormalizeScore()},
      {"PlacementScore", points.placement_score != nullptr},
  };
  std::vector<std::string> names;
  for (const auto& [name, served] : all) {
    if (served) names.emplace_back(name);
  }
  return names;
}

const char* NameOf(framework::OnError on_error) {
  switch (on_error) {
    case framework::OnError::kReject:
      return "reject";
    case framework::OnError::kSkip:
      return "skip";
    case framework::OnError::kDefault:
      break;
  }
  return "default";
}

}  // namespace

std::vector<PluginInfo> PluginCatalog(const framework::Profile& profile,
                                      const model::ReasonTable& reasons,
                                      const framework::PluginRegistry& registry) {
  std::vector<PluginInfo> catalog;
  for (const framework::Profile::Enabled& enabled : profile.plugins()) {
    PluginInfo& info = catalog.emplace_back();
    info.name = enabled.name;
    if (const auto* entry = registry.Find(enabled.name)) {
      info.version = entry->version;
      info.origin = entry->origin;
    }
    info.points = PointsOf(*enabled.plugin);
    info.weight = enabled.weight;
    info.on_error = NameOf(enabled.on_error);
    for (const model::PluginReason& reason : reasons.reasons()) {
      if (reason.plugin == enabled.name) info.reasons.push_back(reason);
    }
  }
  return catalog;
}

}  // namespace tutti::control
