// StatePoints: what plugins want kept with a checkpoint, and gives it back to them.
#pragma once

#include <string>
#include <vector>

#include "framework/guard.h"
#include "framework/plugins.h"

namespace tutti::framework {

struct PluginState {
  std::string plugin;
  std::string bytes;

  bool operator==(const PluginState&) const = default;
};

// The core's thread. `plugins` must outlive it. A plugin that fails, or wants more kept than it
// may, is reported and goes on without.
class StatePoints {
 public:
  explicit StatePoints(const Plugins& plugins) : plugins_(plugins) {}

  // In the order of the profile.
  std::vector<PluginState> Save() const;
  // Each gets its own; those of plugins that are not there are passed over.
  void Restore(const std::vector<PluginState>& states) const;

 private:
  const Plugins& plugins_;
};

}  // namespace tutti::framework
