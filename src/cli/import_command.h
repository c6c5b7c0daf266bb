// `tutti import`: the queues of another scheduler as Queues and LocalQueues of Tutti.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddImportCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
