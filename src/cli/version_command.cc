#include "cli/version_command.h"

#include <CLI/CLI.hpp>
#include <ostream>

namespace tutti::cli {

void AddVersionCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand("version", "Print the version of this program");
  OnRun(command, context, [&context] {
    context.out() << "tutti " << context.surroundings().version << "\n";
    return ExitCode::kOk;
  });
}

}  // namespace tutti::cli
