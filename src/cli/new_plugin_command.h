// `tutti new-plugin NAME`: a stand-alone project for a plugin, ready to be built and tested.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddNewPluginCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
