#include "cli/gang_describe_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/answer.h"
#include "cli/diagnosis_text.h"
#include "cli/gang_text.h"
#include "cli/human.h"
#include "cli/kube_access.h"
#include "cli/marker_text.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

struct Options {
  std::string name;
  std::string dialect;
};

void PrintMembers(std::ostream& out, const pb::Gang& gang) {
  if (gang.members().empty()) return;
  out << "\n";
  Table table({"POD", "STATE", "NODE"});
  for (const pb::Member& member : gang.members())
    table.Add({member.pod(), MemberStateText(member.state()), member.node()});
  table.Print(out);
}

void Print(CommandContext& context, const pb::Gang& gang) {
  std::ostream& out = context.out();
  const Style style(context.colours());
  PrintField(out, style, "Name", gang.ref().name());
  PrintField(out, style, "Namespace", gang.ref().namespace_());
  PrintField(out, style, "Dialect", gang.ref().dialect());
  PrintField(out, style, "Phase", PhaseText(gang.phase()));
  PrintField(out, style, "Reason", ReasonText(gang.reason()));
  PrintField(out, style, "", gang.reason().text());
  PrintField(out, style, "", gang.detail());
  PrintField(out, style, "Members", MembersText(gang));
  PrintField(out, style, "Queue", gang.queue());
  if (gang.position() > 0) PrintField(out, style, "Position", absl::StrCat(gang.position()));
  PrintField(out, style, "Priority", absl::StrCat(gang.priority()));
  PrintField(out, style, "Marks", MarksText(gang));
  PrintField(out, style, "Age", HumanAge(gang.waited_seconds()));
  PrintMarkers(out, gang.markers());
  PrintMembers(out, gang);
}

ExitCode Run(CommandContext& context, const Options& options) {
  const absl::StatusOr<ControlClient*> client = context.Control();
  if (!client.ok()) return context.Fail(client.status());
  pb::GetGangRequest request;
  request.mutable_gang()->set_namespace_(NamespaceOf(context.options, context.surroundings().env));
  request.mutable_gang()->set_name(options.name);
  request.mutable_gang()->set_dialect(options.dialect);
  const absl::StatusOr<pb::Gang> gang = Ask(**client, request);
  if (!gang.ok()) return context.Fail(gang.status());
  if (ForPrograms(context.options.output)) return context.Finish(PrintMessage(context, *gang));
  Print(context, *gang);
  return ExitCode::kOk;
}

}  // namespace

void AddGangDescribeCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "describe", "Show one gang with its members, and what was understood of its markers");
  const auto options = std::make_shared<Options>();
  command.add_option("name", options->name, "The gang's name")->required();
  command.add_option("--dialect", options->dialect,
                     "Where gangs of several dialects have the name: which one");
  OnRun(command, context, [&context, options] { return Run(context, *options); });
}

}  // namespace tutti::cli
