// `tutti queue list`: the queues, and what heads them.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddQueueListCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
