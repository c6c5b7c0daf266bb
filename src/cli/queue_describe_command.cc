#include "cli/queue_describe_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/answer.h"
#include "cli/control_methods.h"
#include "cli/diagnosis_text.h"
#include "cli/human.h"
#include "cli/queue_text.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

template <class Amounts>
void AddAmounts(const std::string& name, const Amounts& amounts, Table& table) {
  std::string shown = name;
  if (amounts.empty()) table.Add({shown, "", "", "", ""});
  for (const pb::QueueAmount& amount : amounts) {
    const std::string& resource = amount.resource();
    table.Add({shown, resource, HumanAmount(amount.used(), resource),
               amount.guaranteed() > 0 ? HumanAmount(amount.guaranteed(), resource) : "",
               amount.has_limit() ? HumanAmount(amount.limit(), resource) : ""});
  }
}

void AddHolder(const pb::QueuePart& part, Table& table) {
  std::string held;
  for (const pb::QueueAmount& amount : part.amounts())
    absl::StrAppend(&held, held.empty() ? "" : "; ", AmountText(amount));
  std::string running = absl::StrCat(part.running_gangs());
  if (part.has_most_running_gangs()) absl::StrAppend(&running, " of ", part.most_running_gangs());
  table.Add({part.name(), running, held});
}

void PrintParts(std::ostream& out, const pb::Queue& queue) {
  Table holds({"NODES", "RESOURCE", "HOLDS", "GUARANTEED", "LIMIT"});
  if (!queue.amounts().empty()) AddAmounts("all", queue.amounts(), holds);
  for (const pb::QueuePart& flavor : queue.flavors())
    AddAmounts(flavor.name(), flavor.amounts(), holds);
  if (!holds.empty()) {
    out << "\n";
    holds.Print(out);
  }
  if (queue.users().empty() && queue.groups().empty()) return;
  out << "\n";
  Table users({"OF", "RUNNING", "HOLDS"});
  for (const pb::QueuePart& user : queue.users()) AddHolder(user, users);
  for (const pb::QueuePart& group : queue.groups()) AddHolder(group, users);
  users.Print(out);
}

void Print(CommandContext& context, const pb::Queue& queue) {
  std::ostream& out = context.out();
  const Style style(context.colours());
  PrintField(out, style, "Name", queue.name());
  PrintField(out, style, "Parent", queue.parent());
  PrintField(out, style, "State", QueueStateText(queue));
  PrintField(out, style, "", queue.problem());
  PrintField(out, style, "Running", Count(queue.running_gangs(), "gang"));
  PrintField(out, style, "Waiting",
             absl::StrCat(Count(queue.waiting_gangs(), "gang"), " with ",
                          Count(queue.waiting_pods(), "pod")));
  PrintField(out, style, "Head", QueueHeadText(queue));
  if (!queue.state().empty())
    PrintField(out, style, "Share", absl::StrFormat("%.3f", queue.share()));
  PrintField(out, style, "Order", queue.order());
  PrintParts(out, queue);
}

ExitCode Run(CommandContext& context, const std::string& name) {
  const absl::StatusOr<ControlClient*> client = context.Control();
  if (!client.ok()) return context.Fail(client.status());
  const absl::StatusOr<pb::ListQueuesResponse> answer = Ask(**client, pb::ListQueuesRequest());
  if (!answer.ok()) return context.Fail(answer.status());
  const auto queue =
      std::find_if(answer->queues().begin(), answer->queues().end(),
                   [&](const pb::Queue& candidate) { return candidate.name() == name; });
  if (queue == answer->queues().end()) {
    return context.Fail(absl::NotFoundError(absl::StrFormat(
        "there is no queue %s: `queue list` shows those that there are", Printable(name))));
  }
  if (ForPrograms(context.options.output)) return context.Finish(PrintMessage(context, *queue));
  Print(context, *queue);
  return ExitCode::kOk;
}

}  // namespace

void AddQueueDescribeCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "describe", "Show one queue: what it holds of each flavor of nodes, and which users most");
  const auto name = std::make_shared<std::string>();
  command.add_option("name", *name, "The queue's name")->required();
  OnRun(command, context, [&context, name] { return Run(context, *name); });
}

}  // namespace tutti::cli
