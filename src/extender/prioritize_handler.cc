#include "extender/prioritize_handler.h"

#include "extender/extender_args.h"
#include "extender/filter_decision.h"
#include "objects/json_cursor.h"

namespace tutti::extender {

namespace {

// A top-level array, and scores as integer literals: Go decodes nothing else.
std::string Encode(const std::vector<std::string_view>& names, const std::vector<int64_t>& scores) {
  std::string out = "[";
  for (size_t i = 0; i < names.size(); ++i) {
    out += i > 0 ? R"(,{"Host":)" : R"({"Host":)";
    objects::AppendJsonString(out, names[i]);
    out += R"(,"Score":)" + std::to_string(scores[i]) + "}";
  }
  return out + "]";
}

}  // namespace

Answer PrioritizeHandler::Handle(std::string_view body) {
  const std::shared_ptr<const model::ClusterSnapshot> snapshot = core_.Snapshot();
  if (!snapshot->ready) return NotReady();
  WorkspacePool::Lease workspace = workspaces_.Take();
  absl::Status status = DecodeExtenderArgs(body, workspace->index, workspace->args);
  Answer answer;
  if (status.ok()) {
    const ExtenderArgs& args = workspace->args;
    std::vector<int64_t> scores(args.names.size(), 0);
    const auto scored = ScorePod(args.pod, args.names, *snapshot, *workspace, scores);
    status = scored.status();
    if (status.ok()) answer.body = Encode(args.names, scores);
    if (status.ok() && scored->has_value()) core_.ReportScore(**scored);
  }
  if (workspace->too_large()) workspace.Discard();
  return status.ok() ? std::move(answer) : Malformed("ExtenderArgs", status);
}

}  // namespace tutti::extender
