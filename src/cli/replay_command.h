// `tutti replay PATH`: decides a decision log again and says whether the decisions are the same.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddReplayCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
