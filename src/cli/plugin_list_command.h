// `tutti plugin list`: the plugins that the service runs.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddPluginListCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
