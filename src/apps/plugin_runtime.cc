#include "apps/plugin_runtime.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "builtin_plugins.h"
#include "loader/plugin_loader.h"
#include "remote/connect_plugin.h"

namespace tutti::apps {
namespace {

framework::OnError Convert(config::OnError on_error) {
  switch (on_error) {
    case config::OnError::kReject:
      return framework::OnError::kReject;
    case config::OnError::kSkip:
      return framework::OnError::kSkip;
    case config::OnError::kDefault:
      break;
  }
  return framework::OnError::kDefault;
}

absl::Status At(const std::string& where, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrFormat("%s: %s", where, status.message()));
}

// Adds the plugin that the library holds; its name must be the configured one.
absl::Status Load(const config::Plugin& plugin, framework::PluginRegistry& registry) {
  if (plugin.library.empty()) {
    if (plugin.sha256.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrFormat(
        "%s: plugin %s: sha256 is given without library", plugin.where, plugin.name));
  }
  absl::StatusOr<loader::LoadedPlugin> loaded = loader::LoadPlugin({plugin.library, plugin.sha256});
  if (!loaded.ok()) return At(plugin.where, loaded.status());
  if (loaded->name != plugin.name) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s: plugin file %s holds plugin %s, not %s: correct name or library",
                        plugin.where, plugin.library, loaded->name, plugin.name));
  }
  return registry.Add(loaded->name, std::move(loaded->entry));
}

}  // namespace

// Adds the plugin that listens at the address, once it has shaken hands.
absl::Status PluginRuntime::Connect(const config::Plugin& plugin,
                                    framework::PluginRegistry& registry) {
  if (plugin.address.empty()) return absl::OkStatus();
  remote::RemoteTarget target;
  target.name = plugin.name;
  target.address = plugin.address;
  target.tls = {plugin.tls.ca_file, plugin.tls.cert_file, plugin.tls.key_file};
  target.timeout = plugin.timeout;
  absl::StatusOr<remote::ConnectedPlugin> connected =
      remote::ConnectPlugin(target, plugin.args, clock_);
  if (!connected.ok()) return At(plugin.where, connected.status());
  remotes_.push_back({plugin.name, std::move(connected->state)});
  return registry.Add(plugin.name, std::move(connected->entry));
}

absl::StatusOr<std::unique_ptr<PluginRuntime>> PluginRuntime::Make(
    const std::vector<config::Plugin>& plugins, const base::Clock* clock) {
  std::unique_ptr<PluginRuntime> runtime(new PluginRuntime(clock));
  framework::PluginRegistry registry;
  for (const PluginDescriptor& descriptor : BuiltinPlugins())
    TUTTI_RETURN_IF_ERROR(registry.AddBuiltin(descriptor));
  std::vector<framework::PluginSpec> specs;
  for (const config::Plugin& plugin : plugins) {
    TUTTI_RETURN_IF_ERROR(Load(plugin, registry));
    TUTTI_RETURN_IF_ERROR(runtime->Connect(plugin, registry));
    specs.push_back(
        {plugin.name, plugin.weight, Convert(plugin.on_error), plugin.args, plugin.where});
  }
  TUTTI_ASSIGN_OR_RETURN(runtime->profile_,
                         framework::Profile::Make(registry, specs, runtime->services_));
  runtime->catalog_ = control::PluginCatalog(*runtime->profile_, runtime->reasons_, registry);
  return runtime;
}

}  // namespace tutti::apps
