#include "cli/queue_list_command.h"

#include <CLI/CLI.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/answer.h"
#include "cli/control_methods.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

std::string State(const pb::Queue& queue) {
  if (queue.held()) return "Held";
  return queue.draining() ? "Draining" : "Open";
}

void Print(CommandContext& context, const pb::ListQueuesResponse& answer) {
  Table table({"NAME", "STATE", "GANGS", "PODS", "HEAD", "ORDER"});
  for (const pb::Queue& queue : answer.queues()) {
    table.Add({queue.name(), State(queue), absl::StrCat(queue.waiting_gangs()),
               absl::StrCat(queue.waiting_pods()),
               queue.has_head() ? queue.head().namespace_() + "/" + queue.head().name() : "",
               queue.order()});
  }
  table.Print(context.out());
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
  CLI::App& command = *parent.add_subcommand("list", "List queues, and what heads them");
  OnRun(command, context, [&context] { return Run(context); });
}

}  // namespace tutti::cli
