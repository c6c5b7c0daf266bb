#include "cli/config_check_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "cli/answer.h"
#include "cli/read_file.h"
#include "cli/style.h"
#include "cli/table.h"
#include "config/load_configuration.h"

namespace tutti::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxBytes = size_t{512} << 10;  // beyond the loader's own limit, which it reports

struct Options {
  std::vector<std::string> files;
  bool skip_plugins = false;
};

struct Found {
  std::vector<config::Problem> errors;
  std::vector<config::Problem> warnings;
};

// Problems inside plugins' own keys are found by making the plugins.
absl::StatusOr<Found> Check(CommandContext& context, const std::string& file, bool with_plugins) {
  absl::StatusOr<std::string> text = ReadFile(file, kMaxBytes);
  if (!text.ok()) return text.status();
  config::LoadedConfiguration loaded = config::LoadConfiguration(*text, file);
  Found found{std::move(loaded.errors), std::move(loaded.warnings)};
  if (!found.errors.empty() || !with_plugins || !context.surroundings().make_plugins) return found;
  const absl::Status made = context.surroundings().make_plugins(loaded.configuration);
  if (made.ok()) return found;
  const std::vector<std::string> lines = absl::StrSplit(made.message(), '\n', absl::SkipEmpty());
  for (const std::string& line : lines) {
    config::Problem problem;
    problem.file = file;
    problem.path = "plugins";
    problem.text = line;
    found.errors.push_back(std::move(problem));
  }
  return found;
}

Json ProblemJson(const config::Problem& problem, const char* severity) {
  return {{"severity", severity},     {"file", problem.file}, {"line", problem.line},
          {"column", problem.column}, {"path", problem.path}, {"text", problem.text}};
}

// What plugins say names its place itself.
std::string Line(const config::Problem& problem) {
  return problem.line > 0 ? problem.ToString() : problem.text;
}

ExitCode Run(CommandContext& context, const Options& options) {
  const Style style(context.colours());
  const bool for_programs = ForPrograms(context.options.output);
  Json problems = Json::array();
  size_t errors = 0;
  for (const std::string& file : options.files) {
    const absl::StatusOr<Found> found = Check(context, file, !options.skip_plugins);
    if (!found.ok()) return context.Fail(found.status());
    errors += found->errors.size();
    for (const config::Problem& problem : found->errors) {
      if (!for_programs) context.out() << style.Bad("error") << ": " << Line(problem) << "\n";
      problems.push_back(ProblemJson(problem, "error"));
    }
    for (const config::Problem& problem : found->warnings) {
      if (!for_programs) context.out() << style.Warn("warning") << ": " << Line(problem) << "\n";
      problems.push_back(ProblemJson(problem, "warning"));
    }
    if (!for_programs && found->errors.empty())
      context.out() << Printable(file) << ": " << style.Good("ok") << "\n";
  }
  if (for_programs) {
    const absl::Status printed =
        PrintJson(context, Json({{"ok", errors == 0}, {"problems", problems}})
                               .dump(-1, ' ', false, Json::error_handler_t::replace));
    if (!printed.ok()) return context.Fail(printed);
  }
  return errors == 0 ? ExitCode::kOk : ExitCode::kNo;
}

}  // namespace

void AddConfigCheckCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "check", "Print every problem of configuration files, with line and column");
  const auto options = std::make_shared<Options>();
  command.add_option("file", options->files, "Files with kind: TuttiConfiguration")->required();
  command.add_flag("--skip-plugins", options->skip_plugins,
                   "Do not load and make the plugins: their own keys stay unchecked");
  OnRun(command, context, [&context, options] { return Run(context, *options); });
}

}  // namespace tutti::cli
