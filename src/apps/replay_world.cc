#include "apps/replay_world.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "apps/plugin_runtime.h"
#include "base/status_macros.h"
#include "config/load_configuration.h"

namespace tutti::apps {
namespace {

class RuntimeWorld final : public record::ReplayWorld {
 public:
  explicit RuntimeWorld(std::unique_ptr<PluginRuntime> runtime) : runtime_(std::move(runtime)) {}

  base::Interner& labels() override { return runtime_->labels(); }
  model::ResourceTable& resources() override { return runtime_->resources(); }
  framework::Plugins plugins() override {
    return {&runtime_->profile(), &runtime_->reasons(), nullptr};
  }

 private:
  const std::unique_ptr<PluginRuntime> runtime_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<record::ReplayWorld>> MakeReplayWorld(
    const record::LogHeader& header) {
  config::Configuration configuration;
  if (!header.configuration.empty()) {
    config::LoadedConfiguration loaded =
        config::LoadConfiguration(header.configuration, "recorded configuration");
    if (!loaded.ok()) {
      return absl::FailedPreconditionError(
          absl::StrFormat("%s; it was recorded by Tutti %s: use that version",
                          loaded.errors[0].ToString(), header.version));
    }
    configuration = std::move(loaded.configuration);
  }
  TUTTI_ASSIGN_OR_RETURN(std::unique_ptr<PluginRuntime> runtime,
                         PluginRuntime::Make(configuration.plugins));
  for (const std::string& name : header.plugins) {
    const auto& made = runtime->profile().plugins();
    if (std::any_of(made.begin(), made.end(), [&](const auto& p) { return p.name == name; }))
      continue;
    return absl::FailedPreconditionError(absl::StrFormat(
        "plugin %s took part when this was recorded, but the recorded configuration does not name "
        "it: it cannot be decided again",
        name));
  }
  return std::make_unique<RuntimeWorld>(std::move(runtime));
}

}  // namespace tutti::apps
