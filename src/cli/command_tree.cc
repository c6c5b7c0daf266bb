#include "cli/command_tree.h"

#include <CLI/CLI.hpp>

namespace tutti::cli {
namespace {

CommandOption Describe(const CLI::Option& option) {
  CommandOption described;
  described.description = option.get_description();
  for (const std::string& name : option.get_snames()) described.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) described.names.push_back("--" + name);
  described.argument = described.names.empty();
  if (described.argument) described.names.push_back(option.get_name(/*positional=*/true));
  return described;
}

Command Describe(const CLI::App& app, const std::string& prefix) {
  Command command;
  command.name = prefix.empty() ? "tutti" : app.get_name();
  command.path = prefix + command.name;
  command.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option != app.get_help_ptr()) command.options.push_back(Describe(*option));
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    command.subcommands.push_back(Describe(*sub, command.path + " "));
  return command;
}

}  // namespace

Command DescribeCommands(const CLI::App& command) {
  const CLI::App* root = &command;
  while (root->get_parent() != nullptr) root = root->get_parent();
  return Describe(*root, "");
}

}  // namespace tutti::cli
