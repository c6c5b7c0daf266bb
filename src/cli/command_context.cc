#include "cli/command_context.h"

#include <CLI/CLI.hpp>
#include <ostream>
#include <utility>

#include "cli/control_client.h"

namespace tutti::cli {

CommandContext::CommandContext(Surroundings surroundings)
    : surroundings_(std::move(surroundings)) {}
CommandContext::~CommandContext() = default;

bool CommandContext::colours() const {
  return surroundings_.out_is_terminal && surroundings_.env("NO_COLOR").empty() &&
         surroundings_.env("TERM") != "dumb";
}

absl::StatusOr<ControlClient*> CommandContext::Control() {
  if (!control_) {
    absl::StatusOr<std::unique_ptr<ControlClient>> made = surroundings_.connect(options);
    if (!made.ok()) return made.status();
    control_ = *std::move(made);
  }
  return control_.get();
}

ExitCode CommandContext::Fail(const absl::Status& status) {
  err() << "error: " << status.message() << "\n";
  return ExitCodeOf(status);
}

ExitCode CommandContext::Finish(const absl::Status& status) {
  return status.ok() ? ExitCode::kOk : Fail(status);
}

void OnRun(CLI::App& command, CommandContext& context, std::function<ExitCode()> run) {
  command.callback([&context, run = std::move(run)] { context.exit = run(); });
}

CLI::App& AddGroup(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App& group = *parent.add_subcommand(name, description);
  group.require_subcommand(1);
  return group;
}

}  // namespace tutti::cli
