// `tutti gang describe NAME`: one gang with its members.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddGangDescribeCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
