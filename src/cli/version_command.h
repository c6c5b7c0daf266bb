// `tutti version`: of this program.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddVersionCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
