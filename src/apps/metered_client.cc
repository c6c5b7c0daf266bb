#include "apps/metered_client.h"

#include <utility>

#include "absl/strings/match.h"

namespace tutti::apps {
namespace {

using obs::ApiVerb;

ApiVerb VerbOf(const kube::Request& request) {
  const std::string path = request.path.substr(0, request.path.find('?'));
  if (request.method == "GET")
    return absl::StrContains(request.path, "limit=") ? ApiVerb::kList : ApiVerb::kGet;
  if (request.method == "PATCH") return ApiVerb::kPatch;
  if (request.method == "PUT") return ApiVerb::kUpdate;
  if (request.method == "DELETE") return ApiVerb::kDelete;
  if (request.method != "POST") return ApiVerb::kOther;
  if (absl::EndsWith(path, "/binding")) return ApiVerb::kBind;
  return absl::EndsWith(path, "/eviction") ? ApiVerb::kEvict : ApiVerb::kCreate;
}

}  // namespace

void MeteredClient::Send(kube::Request request, Done done) {
  const ApiVerb verb = VerbOf(request);
  client_->Send(std::move(request), [this, verb,
                                     done = std::move(done)](absl::StatusOr<kube::Response> reply) {
    metrics_.api_requests.At(verb, obs::CodeOf(reply.ok() ? reply->status : 0)).Increment();
    done(std::move(reply));
  });
}

std::unique_ptr<kube::Client::Stream> MeteredClient::Watch(std::string path,
                                                           base::Duration idle_timeout,
                                                           OnLine on_line, OnEnd on_end) {
  return client_->Watch(std::move(path), idle_timeout, std::move(on_line),
                        [this, on_end = std::move(on_end)](absl::Status end) {
                          const obs::HttpCode code =
                              obs::CodeOf(end.ok()                          ? 200
                                          : absl::IsFailedPrecondition(end) ? 410
                                          : absl::IsNotFound(end)           ? 404
                                          : absl::IsUnauthenticated(end)    ? 401
                                                                            : 0);
                          metrics_.api_requests.At(ApiVerb::kWatch, code).Increment();
                          on_end(std::move(end));
                        });
}

}  // namespace tutti::apps
