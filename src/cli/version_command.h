// `tutti version`: of this program, and of the service where it answers.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddVersionCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
