#include "cli/plugin_list_command.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/answer.h"
#include "cli/control_methods.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

void Print(CommandContext& context, const pb::ListPluginsResponse& answer) {
  const bool wide = context.options.output == OutputFormat::kWide;
  std::vector<std::string> headers = {"NAME", "VERSION", "ORIGIN", "WEIGHT", "ONERROR", "POINTS"};
  if (wide) headers.emplace_back("REASONS");
  Table table(headers);
  for (const pb::Plugin& plugin : answer.plugins()) {
    std::vector<std::string> cells = {plugin.name(),     plugin.version(),
                                      plugin.origin(),   absl::StrCat(plugin.weight()),
                                      plugin.on_error(), absl::StrJoin(plugin.points(), ",")};
    if (wide) {
      cells.push_back(absl::StrJoin(
          plugin.reasons(), ",",
          [](std::string* out, const pb::PluginReason& reason) { *out += reason.code(); }));
    }
    table.Add(std::move(cells));
  }
  table.Print(context.out());
}

ExitCode Run(CommandContext& context) {
  const absl::StatusOr<ControlClient*> client = context.Control();
  if (!client.ok()) return context.Fail(client.status());
  const absl::StatusOr<pb::ListPluginsResponse> answer = Ask(**client, pb::ListPluginsRequest());
  if (!answer.ok()) return context.Fail(answer.status());
  if (ForPrograms(context.options.output)) return context.Finish(PrintMessage(context, *answer));
  Print(context, *answer);
  return ExitCode::kOk;
}

}  // namespace

void AddPluginListCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command =
      *parent.add_subcommand("list", "List the plugins that the service runs, in their order");
  OnRun(command, context, [&context] { return Run(context); });
}

}  // namespace tutti::cli
