// MakeTracePlugins: the plugins of an offline simulation, made as the server makes its own.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "cli/trace/simulate_trace_command.h"
#include "config/configuration.h"

namespace tutti::apps {

// Errors as PluginRuntime::Make. `clock` must outlive the result.
absl::StatusOr<std::unique_ptr<cli::TracePlugins>> MakeTracePlugins(
    const std::vector<config::Plugin>& plugins, const base::Clock& clock);

}  // namespace tutti::apps
