// `tutti plugin check FILE`: what is wrong with a plugin, before a server runs it; as tutti-check.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddPluginCheckCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
