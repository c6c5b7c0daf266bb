#include "cli/cli_reference.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace tutti::cli {
namespace {

void AppendOptions(const Command& command, std::string& out) {
  if (command.options.empty()) return;
  out += "| Option | Meaning |\n|---|---|\n";
  for (const CommandOption& option : command.options) {
    const std::string names = option.argument
                                  ? absl::StrCat("`", option.names.front(), "`")
                                  : absl::StrCat("`", absl::StrJoin(option.names, "`, `"), "`");
    absl::StrAppend(&out, "| ", names, " | ",
                    absl::StrReplaceAll(option.description, {{"|", "\\|"}}), " |\n");
  }
  out += "\n";
}

// Commands that only hold others have nothing to say.
void AppendCommands(const Command& command, std::string& out) {
  for (const Command& sub : command.subcommands) {
    if (sub.subcommands.empty() || !sub.options.empty()) {
      absl::StrAppend(&out, "## ", sub.path, "\n\n", sub.description, ".\n\n");
      AppendOptions(sub, out);
    }
    AppendCommands(sub, out);
  }
}

}  // namespace

std::string CliReference(const Command& root) {
  std::string out =
      "# Command line reference\n\n"
      "Generated from the program; what the commands are for and their exit codes: "
      "[cli.md](../cli.md).\n\n"
      "## Every command\n\n";
  AppendOptions(root, out);
  AppendCommands(root, out);
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace tutti::cli
