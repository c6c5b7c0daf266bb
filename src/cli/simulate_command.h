// `tutti simulate -f job.yaml`: would it fit now, where, and what would it wait for otherwise.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddSimulateCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
