// `tutti queue describe NAME`: one queue with what it holds of each flavor, and for whom.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddQueueDescribeCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
