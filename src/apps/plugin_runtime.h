// PluginRuntime: the plugins of this process, and the tables that they and the decoders share.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/interner.h"
#include "config/configuration.h"
#include "framework/guard.h"
#include "framework/host.h"
#include "framework/plugin_registry.h"
#include "framework/profile.h"
#include "model/field_table.h"
#include "model/reason_table.h"
#include "model/resource_table.h"
#include "remote/circuit_breaker.h"

namespace tutti::apps {

// Made before anything is decoded: plugins say what they read of pods and nodes.
class PluginRuntime {
 public:
  // InvalidArgument: every mistake in the plugins' configuration, one per line.
  static absl::StatusOr<std::unique_ptr<PluginRuntime>> Make(
      const std::vector<config::Plugin>& plugins);

  const framework::Profile& profile() const { return *profile_; }
  const model::ReasonTable& reasons() const { return reasons_; }
  const model::Fields& fields() const { return fields_; }
  base::Interner& labels() { return labels_; }
  model::ResourceTable& resources() { return resources_; }
  const std::vector<framework::HostServices::Counter>& counters() const {
    return services_.counters;
  }
  // The plugins that run beside this process, and whether they may be asked now.
  struct Remote {
    std::string name;
    std::function<remote::CircuitBreaker::State()> state;  // any thread
  };
  const std::vector<Remote>& remotes() const { return remotes_; }
  // Before the plugins are first asked.
  void CountWith(std::function<void(CounterId, double)> increment) {
    services_.increment = std::move(increment);
  }

 private:
  PluginRuntime() = default;
  absl::Status Connect(const config::Plugin& plugin, framework::PluginRegistry& registry);

  const base::SystemClock clock_;
  base::Interner labels_;
  model::ResourceTable resources_;
  model::Fields fields_;
  model::ReasonTable reasons_;
  framework::HostServices services_{resources_, fields_, reasons_, labels_, clock_, {}, nullptr};
  std::vector<Remote> remotes_;
  std::unique_ptr<framework::Profile> profile_;
};

}  // namespace tutti::apps
