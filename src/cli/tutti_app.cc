#include "cli/tutti_app.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <sstream>
#include <string_view>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/duration_text.h"
#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

constexpr char kDescription[] =
    "Ask Tutti, the batch scheduler behind kube-scheduler's extender webhook.";

void SetOutput(const std::string& text, GlobalOptions& options) {
  static constexpr std::pair<std::string_view, OutputFormat> kFormats[] = {
      {"table", OutputFormat::kTable},
      {"wide", OutputFormat::kWide},
      {"json", OutputFormat::kJson},
      {"yaml", OutputFormat::kYaml}};
  for (const auto& [name, format] : kFormats) {
    if (name == text) {
      options.output = format;
      options.output_chosen = true;
      return;
    }
  }
  throw CLI::ValidationError(
      "--output",
      absl::StrFormat("got \"%s\", expected table, wide, json or yaml", Printable(text)));
}

void SetTimeout(const std::string& text, GlobalOptions& options) {
  const std::optional<base::Duration> timeout = base::ParseDuration(text);
  if (!timeout || *timeout <= base::Duration(0) || *timeout > std::chrono::hours(1)) {
    throw CLI::ValidationError(
        "--timeout", absl::StrFormat("got \"%s\", expected a duration such as 10s, at most 1h",
                                     Printable(text)));
  }
  options.timeout = *timeout;
}

void AddGlobalOptions(CLI::App& app, GlobalOptions& options) {
  app.add_option_function<std::string>(
      "-o,--output", [&options](const std::string& text) { SetOutput(text, options); },
      "table, wide, json or yaml");
  app.add_option("-n,--namespace", options.ns,
                 "The namespace of what is asked for; default: the kubeconfig's");
  app.add_option("--kubeconfig", options.kubeconfig, "The kubeconfig file to use");
  app.add_option("--context", options.context, "The kubeconfig's context to use");
  app.add_option("--service", options.service,
                 "The service to ask through the API server, NAMESPACE/NAME[:PORT]")
      ->capture_default_str();
  app.add_option("--server", options.server,
                 "Ask this gRPC address instead, host:port or unix:///path; also $TUTTI_ADDRESS");
  app.add_option("--server-ca", options.ca_file, "With --server: the CA of its certificate");
  app.add_option("--server-cert", options.cert_file, "With --server: the certificate to show");
  app.add_option("--server-key", options.key_file, "With --server: the key of --server-cert");
  app.add_option_function<std::string>(
      "--timeout", [&options](const std::string& text) { SetTimeout(text, options); },
      "How long to wait for each answer, such as 10s");
}

// For a word that is no command: the one that was probably meant.
std::string Suggestion(const CLI::App& app, const std::vector<std::string>& arguments) {
  const CLI::App* at = &app;
  for (const std::string& word : arguments) {
    if (word.starts_with("-")) continue;
    const auto subs = at->get_subcommands([](const CLI::App*) { return true; });
    std::vector<std::string_view> names;
    const CLI::App* next = nullptr;
    for (const CLI::App* sub : subs) {
      names.push_back(sub->get_name());
      if (sub->get_name() == word) next = sub;
    }
    if (next == nullptr) {
      const std::string_view nearest = base::Nearest(word, names);
      return nearest.empty() ? std::string() : absl::StrFormat("; did you mean \"%s\"?", nearest);
    }
    at = next;
  }
  return {};
}

void Fill(CLI::App& app, CommandContext& context) {
  app.fallthrough();  // global options may follow the command
  app.require_subcommand(1);
  AddGlobalOptions(app, context.options);
  AddCommands(app, context);
}

}  // namespace

Command DescribeProgram() {
  std::istringstream in;
  std::ostringstream out;
  CommandContext context(Surroundings{.in = in, .out = out, .err = out});
  CLI::App app(kDescription, "tutti");
  Fill(app, context);
  return DescribeCommands(app);
}

ExitCode RunTutti(std::vector<std::string> arguments, Surroundings surroundings) {
  CommandContext context(std::move(surroundings));
  CLI::App app(kDescription, context.surroundings().program);
  Fill(app, context);
  if (arguments.empty()) {
    context.out() << app.help();
    return ExitCode::kOk;
  }
  const std::vector<std::string> words = arguments;
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::Success& help) {
    app.exit(help, context.out(), context.err());
    return ExitCode::kOk;
  } catch (const CLI::ParseError& error) {
    context.err() << "error: " << Printable(error.what()) << Suggestion(app, words) << "\n"
                  << "--help shows what can be written.\n";
    return ExitCode::kUsage;
  }
  return context.out().flush().good() ? context.exit : ExitCode::kFailed;
}

}  // namespace tutti::cli
