// PluginCatalog: which plugins run, for those who ask.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/plugin_registry.h"
#include "framework/profile.h"
#include "model/reason_table.h"

namespace tutti::control {

struct PluginInfo {
  std::string name;
  std::string version;
  std::string origin;               // "built in", a path, an address
  std::vector<std::string> points;  // kube-scheduler's names
  int64_t weight = 1;
  std::string on_error;  // "default", "reject", "skip"
  std::vector<model::PluginReason> reasons;
};

// In the order in which they are asked.
std::vector<PluginInfo> PluginCatalog(const framework::Profile& profile,
                                      const model::ReasonTable& reasons,
                                      const framework::PluginRegistry& registry);

}  // namespace tutti::control
