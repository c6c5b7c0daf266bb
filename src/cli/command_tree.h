// CommandTree: the commands and options of the program as data, for completion scripts and for the
// reference.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace tutti::cli {

struct CommandOption {
  std::vector<std::string> names;  // "-o", "--output"; of an argument its name alone
  std::string description;
  bool argument = false;
};

struct Command {
  std::string path;  // "tutti gang list"
  std::string name;  // "list"
  std::string description;
  std::vector<CommandOption> options;  // without --help
  std::vector<Command> subcommands;
};

// Of the whole program, whichever of its commands is given.
Command DescribeCommands(const CLI::App& command);

}  // namespace tutti::cli
