#include "control/plugin_catalog.h"

#include "framework/points.h"

namespace tutti::control {
namespace {

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
    info.points = framework::NamesOf(framework::Points::Of(*enabled.plugin));
    info.weight = enabled.weight;
    info.on_error = NameOf(enabled.on_error);
    for (const model::PluginReason& reason : reasons.reasons()) {
      if (reason.plugin == enabled.name) info.reasons.push_back(reason);
    }
  }
  return catalog;
}

}  // namespace tutti::control
