#include "extender/prioritize_handler.h"

#include "extender/extender_args.h"
#include "objects/json_cursor.h"

namespace tutti::extender {

Answer PrioritizeHandler::Handle(std::string_view body) {
  if (!core_.Snapshot()->ready) return NotReady();
  WorkspacePool::Lease workspace = workspaces_.Take();
  const absl::Status status = DecodeExtenderArgs(body, workspace->index, workspace->args);
  Answer answer;
  if (status.ok()) {
    // A top-level array, and scores as integer literals: Go decodes nothing else.
    answer.body = "[";
    for (const std::string_view name : workspace->args.names) {
      answer.body += answer.body.size() > 1 ? R"(,{"Host":)" : R"({"Host":)";
      objects::AppendJsonString(answer.body, name);
      answer.body += R"(,"Score":0})";
    }
    answer.body += ']';
  }
  if (workspace->too_large()) workspace.Discard();
  return status.ok() ? std::move(answer) : Malformed("ExtenderArgs", status);
}

}  // namespace tutti::extender
