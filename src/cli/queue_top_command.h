// `tutti queue top`: what waits, first things first.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddQueueTopCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
