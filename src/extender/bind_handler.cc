#include "extender/bind_handler.h"

#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::extender {

void BindHandler::Bind(std::string_view body, Answered answered) {
  const WorkspacePool::Lease workspace = workspaces_.Take();
  absl::StatusOr<BindingArgs> args = workspace->parser.ParseBinding(body);
  if (!args.ok()) return answered(BadRequest(args.status()));
  const std::optional<base::Uid> uid = base::Uid::Parse(args->uid);
  if (!uid) {
    return answered(BadRequest(absl::InvalidArgumentError(absl::StrFormat(
        "ExtenderBindingArgs: PodUID \"%s\" is no uid as the API server writes them", args->uid))));
  }
  framework::CorePort::BindRequest request{*uid, std::move(args->namespace_name),
                                           std::move(args->name), std::move(args->node)};
  core_.Bind(std::move(request), [answered = std::move(answered)](const std::string& error) {
    VerbAnswer answer;
    answer.body = R"({"Error":)";
    AppendJsonString(answer.body, error);
    answer.body.push_back('}');
    answered(std::move(answer));
  });
}

}  // namespace tutti::extender
