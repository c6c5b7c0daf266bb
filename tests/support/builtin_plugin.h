// A built-in plugin in a PluginWorld, made as the server makes it.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "builtin_plugins.h"
#include "tests/support/plugin_world.h"

namespace tutti::testing {

inline void AddBuiltin(PluginWorld& world, const std::string& name,
                       std::vector<ConfigEntry> args = {}) {
  for (const PluginDescriptor& descriptor : BuiltinPlugins()) {
    if (descriptor.name != name) continue;
    if (!world.registry.AddBuiltin(descriptor).ok())
      throw std::invalid_argument("plugin " + name + " is there twice");
    world.specs.push_back({name, 1, framework::OnError::kDefault, std::move(args), ""});
    return;
  }
  throw std::invalid_argument("there is no built-in plugin " + name);
}

}  // namespace tutti::testing
