#include "cli/tutti_app.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

#include "cli/commands.h"

namespace tutti::cli {
namespace {

constexpr char kDescription[] =
    "Ask Tutti, the batch scheduler behind kube-scheduler's extender webhook.";

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  static const std::map<std::string, OutputFormat> formats = {{"table", OutputFormat::kTable},
                                                              {"wide", OutputFormat::kWide},
                                                              {"json", OutputFormat::kJson},
                                                              {"yaml", OutputFormat::kYaml}};
  app.add_option("-o,--output", options.output, "table, wide, json or yaml")
      ->transform(CLI::CheckedTransformer(formats));
  app.add_option("--server", options.server,
                 "The service's gRPC address, host:port or unix:///path, instead of going through "
                 "the API server");
  app.add_option("--kubeconfig", options.kubeconfig, "The kubeconfig file to use");
  app.add_option("--context", options.context, "The kubeconfig's context to use");
  app.add_option("-n,--namespace", options.ns, "The namespace of the object asked for");
}

}  // namespace

ExitCode RunTutti(std::vector<std::string> arguments, Surroundings surroundings) {
  CommandContext context(std::move(surroundings));
  CLI::App app(kDescription, context.surroundings().program);
  app.fallthrough();  // global options may follow the command
  app.require_subcommand(1);
  AddGlobalOptions(app, context.options);
  AddCommands(app, context);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, context.out(), context.err());
    return code == 0 ? ExitCode::kOk : ExitCode::kUsage;
  }
  return context.exit;
}

}  // namespace tutti::cli
