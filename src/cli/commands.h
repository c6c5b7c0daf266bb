// AddCommands: the explicit list of what `tutti` can do.
//
// Each command stands in <name>_command.{h,cc} as
//   void Add<Name>Command(CLI::App& parent, CommandContext& context);
// which adds a subcommand with its options and says with OnRun what it does. Options live in a
// shared_ptr that the function object holds. A command writes to context.out() and err() only,
// honours context.options.output, and answers an ExitCode.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddCommands(CLI::App& app, CommandContext& context);

}  // namespace tutti::cli
