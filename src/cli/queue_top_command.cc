#include "cli/queue_top_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/answer.h"
#include "cli/diagnosis_text.h"
#include "cli/gang_text.h"
#include "cli/human.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

constexpr int kShown = 20;
constexpr int kMostShown = 5000;  // as the service's own limit

void Print(CommandContext& context, const pb::ListGangsResponse& answer) {
  Table table(
      {"QUEUE", "POSITION", "NAMESPACE", "NAME", "PODS", "PRIORITY", "WAITED", "MARKS", "REASON"});
  for (const pb::Gang& gang : answer.gangs()) {
    table.Add({gang.queue(), absl::StrCat(gang.position()), gang.ref().namespace_(),
               gang.ref().name(), absl::StrCat(gang.waiting()), absl::StrCat(gang.priority()),
               HumanAge(gang.waited_seconds()), MarksText(gang), ReasonText(gang.reason())});
  }
  table.Print(context.out());
  if (!answer.continue_().empty())
    context.err() << "More gangs wait behind these; --limit shows them.\n";
}

ExitCode Run(CommandContext& context, int limit) {
  const absl::StatusOr<ControlClient*> client = context.Control();
  if (!client.ok()) return context.Fail(client.status());
  pb::ListGangsRequest request;
  request.set_namespace_(context.options.ns);
  request.set_queued(true);
  request.set_limit(limit);
  const absl::StatusOr<pb::ListGangsResponse> answer = Ask(**client, request);
  if (!answer.ok()) return context.Fail(answer.status());
  if (ForPrograms(context.options.output)) return context.Finish(PrintMessage(context, *answer));
  if (answer->gangs().empty()) {
    context.err() << "Nothing waits.\n";
    return ExitCode::kOk;
  }
  Print(context, *answer);
  return ExitCode::kOk;
}

}  // namespace

void AddQueueTopCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "top", "Show the gangs that wait, queue by queue, in the order in which they are tried");
  const auto limit = std::make_shared<int>(kShown);
  command.add_option("--limit", *limit, "How many at most")
      ->capture_default_str()
      ->check(CLI::Range(1, kMostShown));
  OnRun(command, context, [&context, limit] { return Run(context, *limit); });
}

}  // namespace tutti::cli
