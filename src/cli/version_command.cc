#include "cli/version_command.h"

#include <CLI/CLI.hpp>
#include <ostream>

#include "absl/strings/str_format.h"
#include "cli/answer.h"

namespace tutti::cli {

void AddVersionCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand("version", "Print the version of this program");
  OnRun(command, context, [&context] {
    const std::string& version = context.surroundings().version;
    if (ForPrograms(context.options.output)) {
      return context.Finish(PrintJson(context, absl::StrFormat("{\"version\": \"%s\"}", version)));
    }
    context.out() << "tutti " << version << "\n";
    return ExitCode::kOk;
  });
}

}  // namespace tutti::cli
