// `tutti gang list`: every gang, and where it stands.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddGangListCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
