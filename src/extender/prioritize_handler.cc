#include "extender/prioritize_handler.h"

namespace tutti::extender {

VerbAnswer PrioritizeHandler::Prioritize(std::string_view body) {
  const WorkspacePool::Lease workspace = workspaces_.Take();
  const absl::StatusOr<FilterArgs> args = workspace->parser.ParseFilter(body);
  if (!args.ok()) return BadRequest(args.status());
  VerbAnswer answer;
  answer.body = "[";
  const auto append = [&](std::string_view name) {
    if (answer.body.size() > 1) answer.body.push_back(',');
    answer.body += R"({"Host":)";
    AppendJsonString(answer.body, name);
    answer.body += R"(,"Score":0})";
  };
  const absl::Status status =
      args->node_names.empty()
          ? workspace->parser.ForEachNode(
                args->nodes, [&](std::string_view name, std::string_view) { append(name); })
          : workspace->parser.ForEachName(args->node_names, append);
  if (!status.ok()) return BadRequest(status);
  answer.body += "]";
  return answer;
}

}  // namespace tutti::extender
