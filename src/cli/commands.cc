#include "cli/commands.h"

#include <CLI/CLI.hpp>

#include "cli/version_command.h"

namespace tutti::cli {

void AddCommands(CLI::App& app, CommandContext& context) { AddVersionCommand(app, context); }

}  // namespace tutti::cli
