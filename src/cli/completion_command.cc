#include "cli/completion_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "cli/command_tree.h"
#include "cli/completion_script.h"

namespace tutti::cli {

void AddCompletionCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command =
      *parent.add_subcommand("completion", "Print a completion script for bash, zsh or fish");
  const auto shell = std::make_shared<std::string>();
  command.add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  OnRun(command, context, [&context, &command, shell] {
    const Command root = DescribeCommands(command);
    context.out() << (*shell == "bash"  ? BashCompletion(root)
                      : *shell == "zsh" ? ZshCompletion(root)
                                        : FishCompletion(root));
    return ExitCode::kOk;
  });
}

}  // namespace tutti::cli
