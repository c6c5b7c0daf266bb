// AddBuiltin: puts one of the built-in plugins into a registry, as a process would.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "builtin_plugins.h"
#include "framework/plugin_registry.h"
#include "framework/profile.h"

namespace tutti::testing {

// What stands in the configuration of whoever wants it.
inline framework::PluginSpec AddBuiltin(framework::PluginRegistry& registry,
                                        const std::string& name, std::vector<ConfigEntry> args) {
  for (const PluginDescriptor& descriptor : BuiltinPlugins()) {
    if (descriptor.name != name) continue;
    const auto make = [descriptor](Config& config, PluginHost& host) {
      return descriptor.make(config, host);
    };
    if (!registry.Add(name, {"1", "built in", make}).ok())
      throw std::logic_error(name + " is there already");
    return {name, 1, framework::OnError::kDefault, std::move(args), ""};
  }
  throw std::logic_error("there is no built-in plugin " + name);
}

}  // namespace tutti::testing
