#include "cli/gang_list_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/answer.h"
#include "cli/diagnosis_text.h"
#include "cli/gang_text.h"
#include "cli/human.h"
#include "cli/kube_access.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

void Print(CommandContext& context, const pb::ListGangsResponse& answer, bool with_namespace) {
  const bool wide = context.options.output == OutputFormat::kWide;
  std::vector<std::string> headers;
  if (with_namespace) headers.emplace_back("NAMESPACE");
  for (const char* header : {"NAME", "PHASE", "BOUND", "REASON", "POSITION", "AGE"})
    headers.emplace_back(header);
  if (wide) {
    for (const char* header :
         {"DIALECT", "QUEUE", "PRIORITY", "STARTS", "MARKS", "MEMBERS", "DETAIL"})
      headers.emplace_back(header);
  }
  Table table(headers);
  for (const pb::Gang& gang : answer.gangs()) {
    std::vector<std::string> cells;
    if (with_namespace) cells.push_back(gang.ref().namespace_());
    cells.insert(cells.end(),
                 {gang.ref().name(), PhaseText(gang.phase()), BoundText(gang), gang.reason().code(),
                  gang.position() > 0 ? absl::StrCat(gang.position()) : std::string("-"),
                  HumanAge(gang.waited_seconds())});
    if (wide) {
      cells.insert(cells.end(), {gang.ref().dialect(), gang.queue(), absl::StrCat(gang.priority()),
                                 ShortStartText(gang.start()), MarksText(gang), MembersText(gang),
                                 gang.detail()});
    }
    table.Add(std::move(cells));
  }
  table.Print(context.out());
}

ExitCode Run(CommandContext& context, bool all_namespaces) {
  const absl::StatusOr<ControlClient*> client = context.Control();
  if (!client.ok()) return context.Fail(client.status());
  const std::string ns =
      all_namespaces ? "" : NamespaceOf(context.options, context.surroundings().env);
  pb::ListGangsRequest request;
  request.set_namespace_(ns);
  const absl::StatusOr<pb::ListGangsResponse> answer = AskAll(**client, request);
  if (!answer.ok()) return context.Fail(answer.status());
  if (ForPrograms(context.options.output)) return context.Finish(PrintMessage(context, *answer));
  if (answer->gangs().empty()) {
    context.err() << (all_namespaces ? std::string("No gangs found.")
                                     : "No gangs found in namespace " + Printable(ns) +
                                           " (-A: in all of them).")
                  << "\n";
    return ExitCode::kOk;
  }
  Print(context, *answer, all_namespaces);
  return ExitCode::kOk;
}

}  // namespace

void AddGangListCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand("list", "List gangs and where they stand");
  const auto all = std::make_shared<bool>(false);
  command.add_flag("-A,--all-namespaces", *all, "Of all namespaces");
  OnRun(command, context, [&context, all] { return Run(context, *all); });
}

}  // namespace tutti::cli
