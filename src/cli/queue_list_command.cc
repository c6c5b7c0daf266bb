#include "cli/queue_list_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/answer.h"
#include "cli/control_methods.h"
#include "cli/queue_text.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

// The one queue that there is without a plugin that has queues.
void PrintOne(CommandContext& context, const pb::ListQueuesResponse& answer) {
  Table table({"NAME", "STATE", "GANGS", "PODS", "HEAD", "ORDER"});
  for (const pb::Queue& queue : answer.queues()) {
    table.Add({queue.name(), QueueStateText(queue), absl::StrCat(queue.waiting_gangs()),
               absl::StrCat(queue.waiting_pods()), QueueHeadText(queue), queue.order()});
  }
  table.Print(context.out());
}

using Children = std::map<std::string, std::vector<const pb::Queue*>>;

void AddBelow(const Children& children, const std::string& parent, const std::string& indent,
              Table& table) {
  const auto found = children.find(parent);
  if (found == children.end()) return;
  for (const pb::Queue* queue : found->second) {
    const std::string holds = absl::StrJoin(
        queue->amounts(), "; ", [](std::string* out, const auto& a) { *out += AmountText(a); });
    table.Add({indent + queue->name(), QueueStateText(*queue), absl::StrCat(queue->running_gangs()),
               absl::StrCat(queue->waiting_gangs()), absl::StrCat(queue->waiting_pods()),
               absl::StrFormat("%.3f", queue->share()), QueueHeadText(*queue), holds});
    AddBelow(children, queue->name(), indent + "  ", table);
  }
}

void PrintTree(CommandContext& context, const pb::ListQueuesResponse& answer) {
  Children children;
  for (const pb::Queue& queue : answer.queues()) {
    // Where gangs are that may wait in no queue: of no interest while there are none.
    if (queue.name() == "(none)" && queue.waiting_gangs() == 0) continue;
    children[queue.parent()].push_back(&queue);
  }
  Table table({"NAME", "STATE", "RUNNING", "WAITING", "PODS", "SHARE", "HEAD", "HOLDS"});
  AddBelow(children, "", "", table);
  table.Print(context.out());
  for (const pb::Queue& queue : answer.queues()) {
    if (!queue.problem().empty()) context.out() << queue.problem() << "\n";
  }
}

void Print(CommandContext& context, const pb::ListQueuesResponse& answer) {
  const bool of_plugin = std::any_of(answer.queues().begin(), answer.queues().end(),
                                     [](const pb::Queue& queue) { return !queue.state().empty(); });
  of_plugin ? PrintTree(context, answer) : PrintOne(context, answer);
}

ExitCode Run(CommandContext& context) {
  const absl::StatusOr<ControlClient*> client = context.Control();
  if (!client.ok()) return context.Fail(client.status());
  const absl::StatusOr<pb::ListQueuesResponse> answer = Ask(**client, pb::ListQueuesRequest());
  if (!answer.ok()) return context.Fail(answer.status());
  if (ForPrograms(context.options.output)) return context.Finish(PrintMessage(context, *answer));
  Print(context, *answer);
  return ExitCode::kOk;
}

}  // namespace

void AddQueueListCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "list", "List queues: what waits in them, what they hold and may hold");
  OnRun(command, context, [&context] { return Run(context); });
}

}  // namespace tutti::cli
