#include "apps/trace_plugins.h"

#include <utility>

#include "apps/plugin_runtime.h"
#include "base/status_macros.h"

namespace tutti::apps {
namespace {

class RuntimePlugins final : public cli::TracePlugins {
 public:
  explicit RuntimePlugins(std::unique_ptr<PluginRuntime> runtime) : runtime_(std::move(runtime)) {}

  sim::SimulationTables tables() override {
    return {runtime_->labels(), runtime_->resources(), runtime_->fields()};
  }
  framework::Plugins plugins() override {
    return {&runtime_->profile(), &runtime_->reasons(), nullptr};
  }

 private:
  const std::unique_ptr<PluginRuntime> runtime_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<cli::TracePlugins>> MakeTracePlugins(
    const std::vector<config::Plugin>& plugins, const base::Clock& clock) {
  TUTTI_ASSIGN_OR_RETURN(auto runtime, PluginRuntime::Make(plugins, &clock));
  return std::make_unique<RuntimePlugins>(std::move(runtime));
}

}  // namespace tutti::apps
