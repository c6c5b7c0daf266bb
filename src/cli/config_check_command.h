// `tutti config check FILE...`: every problem of a configuration file, without starting anything.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddConfigCheckCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
