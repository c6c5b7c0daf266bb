#include "cli/plugin_check_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "check/plugin_check.h"
#include "cli/answer.h"

namespace tutti::cli {
namespace {

ExitCode Run(CommandContext& context, const check::CheckOptions& options) {
  const absl::StatusOr<check::CheckReport> report = check::CheckPlugin(options);
  if (!report.ok()) return context.Fail(report.status());
  if (ForPrograms(context.options.output)) {
    const absl::Status printed = PrintJson(context, ToJson(*report));
    if (!printed.ok()) return context.Fail(printed);
  } else {
    context.out() << ToText(*report);
  }
  return report->passed() ? ExitCode::kOk : ExitCode::kNo;
}

}  // namespace

void AddPluginCheckCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "check", "Load a plugin in a process of its own and hold it to its contract");
  const auto options = std::make_shared<check::CheckOptions>();
  command.add_option("plugin", options->file, "The shared object")->required();
  command.add_option("--config", options->config,
                     "A TuttiConfiguration with the plugin's entry: its args");
  OnRun(command, context, [&context, options] { return Run(context, *options); });
}

}  // namespace tutti::cli
