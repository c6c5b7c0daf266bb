#include "cli/completion_script.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace tutti::cli {
namespace {

void Flatten(const Command& command, std::vector<const Command*>& out) {
  out.push_back(&command);
  for (const Command& sub : command.subcommands) Flatten(sub, out);
}

std::vector<const Command*> All(const Command& root) {
  std::vector<const Command*> all;
  Flatten(root, all);
  return all;
}

std::vector<std::string> OptionNames(const Command& command) {
  std::vector<std::string> names;
  for (const CommandOption& option : command.options) {
    if (!option.argument) names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

// What may follow the command: its subcommands, its options, the program's.
std::string WordsAfter(const Command& command, const Command& root) {
  std::vector<std::string> words;
  for (const Command& sub : command.subcommands) words.push_back(sub.name);
  for (const Command* of : {&command, &root}) {
    if (of == &root && &command == &root) continue;
    for (const std::string& name : OptionNames(*of)) words.push_back(name);
  }
  words.emplace_back("--help");
  return absl::StrJoin(words, " ");
}

// The alternatives of a `case`: every command's path but the program's own.
std::string Paths(const std::vector<const Command*>& all, const char* separator) {
  std::vector<std::string> paths;
  for (size_t i = 1; i < all.size(); ++i) paths.push_back(absl::StrCat("\"", all[i]->path, "\""));
  return absl::StrJoin(paths, separator);
}

std::string Cases(const std::vector<const Command*>& all, const char* indent) {
  std::string cases;
  for (const Command* command : all) {
    absl::StrAppend(&cases, indent, "\"", command->path, "\") candidates=\"",
                    WordsAfter(*command, *all.front()), "\" ;;\n");
  }
  return cases;
}

std::string FishQuoted(const std::string& text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

void AppendFishOption(const CommandOption& option, const std::string& condition, std::string& out) {
  if (option.argument) return;
  absl::StrAppend(&out, "complete -c tutti", condition);
  for (const std::string& name : option.names) {
    if (name.starts_with("--")) {
      absl::StrAppend(&out, " -l ", name.substr(2));
    } else {
      absl::StrAppend(&out, " -s ", name.substr(1));
    }
  }
  absl::StrAppend(&out, " -d ", FishQuoted(option.description), "\n");
}

}  // namespace

std::string BashCompletion(const Command& root) {
  const std::vector<const Command*> all = All(root);
  return absl::StrCat(
      "# bash completion for tutti: source <(tutti completion bash)\n"
      "_tutti() {\n"
      "  local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
      "  local path=tutti candidates= i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$path ${COMP_WORDS[i]}\" in\n"
      "      ",
      Paths(all, "|"),
      ") path=\"$path ${COMP_WORDS[i]}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$path\" in\n",
      Cases(all, "    "),
      "  esac\n"
      "  case \"$previous\" in\n"
      "    -o|--output) candidates=\"table wide json yaml\" ;;\n"
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$candidates\" -- \"$current\"))\n"
      "}\n"
      "complete -o default -F _tutti tutti kubectl-tutti\n");
}

std::string ZshCompletion(const Command& root) {
  const std::vector<const Command*> all = All(root);
  return absl::StrCat(
      "#compdef tutti kubectl-tutti\n"
      "# zsh completion for tutti: source <(tutti completion zsh), or this file as _tutti in a\n"
      "# folder of $fpath\n"
      "_tutti() {\n"
      "  local where=tutti candidates= word\n"
      "  for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
      "    case \"$where $word\" in\n"
      "      ",
      Paths(all, "|"),
      ") where=\"$where $word\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$where\" in\n",
      Cases(all, "    "),
      "  esac\n"
      "  case \"$words[CURRENT-1]\" in\n"
      "    -o|--output) candidates=\"table wide json yaml\" ;;\n"
      "  esac\n"
      "  compadd -- ${=candidates}\n"
      "  _files\n"
      "}\n"
      "if [ \"$funcstack[1]\" = \"_tutti\" ]; then\n"
      "  _tutti \"$@\"\n"
      "else\n"
      "  compdef _tutti tutti kubectl-tutti\n"
      "fi\n");
}

std::string FishCompletion(const Command& root) {
  const std::vector<const Command*> all = All(root);
  std::string out = absl::StrCat(
      "# fish completion for tutti: tutti completion fish | source\n"
      "function __tutti_at\n"
      "  set -l path tutti\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    switch \"$path $word\"\n"
      "      case ",
      Paths(all, " "),
      "\n"
      "        set path \"$path $word\"\n"
      "    end\n"
      "  end\n"
      "  test \"$path\" = \"$argv[1]\"\n"
      "end\n"
      "complete -c tutti -s o -l output -x -a 'table wide json yaml'\n");
  for (const CommandOption& option : root.options) {
    if (option.names.back() != "--output") AppendFishOption(option, "", out);
  }
  for (const Command* command : all) {
    const std::string condition =
        absl::StrCat(" -n ", FishQuoted(absl::StrCat("__tutti_at \"", command->path, "\"")));
    for (const Command& sub : command->subcommands) {
      absl::StrAppend(&out, "complete -c tutti -f", condition, " -a ", sub.name, " -d ",
                      FishQuoted(sub.description), "\n");
    }
    if (command == &root) continue;
    for (const CommandOption& option : command->options) AppendFishOption(option, condition, out);
  }
  return out;
}

}  // namespace tutti::cli
