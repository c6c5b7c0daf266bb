#include "admission/object_check_route.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "admission/admission_review.h"
#include "objects/object_spec_reader.h"

namespace tutti::admission {
namespace {

std::string ErrorBody(std::string_view text) {
  std::string body = "{\"Error\":";
  objects::AppendJsonString(body, text);
  return body + "}";
}

// "spec.guaranteed.cpu: ...; queue b: ..."
std::string Text(const ObjectErrors& errors) {
  std::string text;
  for (const ConfigError& error : errors) {
    if (!text.empty()) text += "; ";
    if (!error.pointer.empty()) absl::StrAppend(&text, "spec", error.pointer, ": ");
    text += error.message;
  }
  return text;
}

// A request that waits for the core.
struct Waiting {
  http::Reply reply;
  std::string uid;
};

void Handle(const CheckObject& check, std::string_view body, http::Reply reply) {
  objects::JsonIndex index;
  const absl::StatusOr<ReviewRequest> request = ReadReview(body, index);
  if (!request.ok()) return reply.Send(400, ErrorBody(std::string(request.status().message())));
  const std::string uid(request->uid);
  const absl::StatusOr<objects::JsonObjectView> object =
      objects::JsonObjectView::Parse(request->object);
  if (!object.ok()) return reply.Send(200, VerdictReply(uid, {}));
  model::WatchedObjectUpserted wanted{
      {std::string(request->resource), object->namespace_name(), object->name()},
      objects::ReadObjectSpec(*object)};
  // std::function wants copies; the reply exists once.
  const auto waiting = std::make_shared<Waiting>(Waiting{std::move(reply), uid});
  const bool asked = check(std::move(wanted), [waiting](const ObjectErrors& errors) {
    waiting->reply.Send(200, VerdictReply(waiting->uid, Text(errors)));
  });
  if (!asked) waiting->reply.Send(200, VerdictReply(uid, {}));
}

}  // namespace

http::Server::Route ObjectCheckRoute(CheckObject check) {
  return {"POST", "/validate",
          [check = std::move(check)](const http::Request& request, http::Reply reply) {
            Handle(check, request.body, std::move(reply));
          }};
}

}  // namespace tutti::admission
