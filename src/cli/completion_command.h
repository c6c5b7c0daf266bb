// `tutti completion bash|zsh|fish`: a completion script made from the commands themselves.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddCompletionCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
