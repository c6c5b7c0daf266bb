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
#include "control/plugin_catalog.h"
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
  // `clock`: what time plugins are told; must outlive the runtime. Null: the system's.
  // InvalidArgument: every mistake in the plugins' configuration, one per line.
  static absl::StatusOr<std::unique_ptr<PluginRuntime>> Make(
      const std::vector<config::Plugin>& plugins, const base::Clock* clock = nullptr);

  const framework::Profile& profile() const { return *profile_; }
  const model::ReasonTable& reasons() const { return reasons_; }
  const model::Fields& fields() const { return fields_; }
  base::Interner& labels() { return labels_; }
  model::ResourceTable& resources() { return resources_; }
  const std::vector<framework::HostServices::Counter>& counters() const {
    return services_.counters;
  }
  // The plugins that run, for those who ask.
  const std::vector<control::PluginInfo>& catalog() const { return catalog_; }
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
  void MeasureWith(decltype(framework::HostServices::ran) ran) { services_.ran = std::move(ran); }

 private:
  explicit PluginRuntime(const base::Clock* clock)
      : clock_(clock == nullptr ? static_cast<const base::Clock&>(system_clock_) : *clock) {}
  absl::Status Connect(const config::Plugin& plugin, framework::PluginRegistry& registry);

  const base::SystemClock system_clock_;
  const base::Clock& clock_;
  base::Interner labels_;
  model::ResourceTable resources_;
  model::Fields fields_;
  model::ReasonTable reasons_;
  framework::HostServices services_{resources_, fields_, reasons_, labels_, clock_, {}, nullptr};
  std::vector<Remote> remotes_;
  std::unique_ptr<framework::Profile> profile_;
  std::vector<control::PluginInfo> catalog_;
};

}  // namespace tutti::apps
