#include "kube/api.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "kube/escape.h"

namespace tutti::kube {
namespace {

Resource Pods() { return {"", "v1", "pods"}; }

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(out, text);
  return out;
}

Request Patch(const Resource& resource, const ObjectName& object, std::string_view subresource,
              std::string patch, const char* content_type) {
  Request request;
  request.method = "PATCH";
  request.path = ResourcePath(resource, object, subresource);
  request.body = std::move(patch);
  request.content_type = content_type;
  return request;
}

Request Post(std::string path, std::string body) {
  Request request;
  request.method = "POST";
  request.path = std::move(path);
  request.body = std::move(body);
  return request;
}

absl::StatusCode CodeOf(const Response& response) {
  switch (response.status) {
    case 400:
    case 422:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
      return absl::StatusCode::kNotFound;
    case 409:
      return absl::StrContains(response.body, "\"reason\":\"AlreadyExists\"")
                 ? absl::StatusCode::kAlreadyExists
                 : absl::StatusCode::kAborted;
    case 410:
      return absl::StatusCode::kOutOfRange;
    case 429:
      return absl::StatusCode::kResourceExhausted;
    case 504:
      return absl::StatusCode::kDeadlineExceeded;
    default:
      return response.status >= 500 ? absl::StatusCode::kUnavailable : absl::StatusCode::kUnknown;
  }
}

}  // namespace

std::string ResourcePath(const Resource& resource, const ObjectName& object,
                         std::string_view subresource) {
  std::string path = resource.group.empty() ? "/api/" + resource.version
                                            : "/apis/" + resource.group + "/" + resource.version;
  if (!object.ns.empty()) path += "/namespaces/" + EscapeQuery(object.ns);
  path += "/" + resource.plural;
  if (!object.name.empty()) path += "/" + EscapeQuery(object.name);
  if (!subresource.empty()) (path += '/').append(subresource);
  return path;
}

Request BindRequest(const ObjectName& pod, std::string_view uid, std::string_view node,
                    const Annotations& annotations) {
  std::string body = R"({"apiVersion":"v1","kind":"Binding","metadata":{"name":)";
  AppendJsonString(body, pod.name);
  body += R"(,"namespace":)";
  AppendJsonString(body, pod.ns);
  body += R"(,"uid":)";
  AppendJsonString(body, uid);
  if (!annotations.empty()) {
    body += R"(,"annotations":{)";
    for (const auto& [key, value] : annotations) {
      if (body.back() != '{') body += ',';
      AppendJsonString(body, key);
      body += ':';
      AppendJsonString(body, value);
    }
    body += '}';
  }
  body += R"(},"target":{"apiVersion":"v1","kind":"Node","name":)";
  AppendJsonString(body, node);
  body += "}}";
  return Post(ResourcePath(Pods(), pod, "binding"), std::move(body));
}

Request MergePatchRequest(const Resource& resource, const ObjectName& object,
                          std::string_view subresource, std::string patch) {
  return Patch(resource, object, subresource, std::move(patch), "application/merge-patch+json");
}

Request JsonPatchRequest(const Resource& resource, const ObjectName& object,
                         std::string_view subresource, std::string patch) {
  return Patch(resource, object, subresource, std::move(patch), "application/json-patch+json");
}

Request StrategicPatchRequest(const Resource& resource, const ObjectName& object,
                              std::string_view subresource, std::string patch) {
  return Patch(resource, object, subresource, std::move(patch),
               "application/strategic-merge-patch+json");
}

Request EvictRequest(const ObjectName& pod, std::string_view uid,
                     std::string_view resource_version) {
  const std::string version = resource_version.empty()
                                  ? std::string()
                                  : R"(,"resourceVersion":)" + Quoted(resource_version);
  return Post(
      ResourcePath(Pods(), pod, "eviction"),
      absl::StrFormat(
          R"({"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":%s,"namespace":%s},)"
          R"("deleteOptions":{"preconditions":{"uid":%s%s}}})",
          Quoted(pod.name), Quoted(pod.ns), Quoted(uid), version));
}

Request DeleteRequest(const Resource& resource, const ObjectName& object, std::string_view uid,
                      int grace_seconds) {
  Request request;
  request.method = "DELETE";
  request.path = ResourcePath(resource, object);
  request.body = absl::StrFormat(R"({"apiVersion":"v1","kind":"DeleteOptions")");
  if (grace_seconds >= 0) {
    request.body += absl::StrFormat(R"(,"gracePeriodSeconds":%d)", grace_seconds);
  }
  if (!uid.empty()) {
    request.body += absl::StrFormat(R"(,"preconditions":{"uid":%s})", Quoted(uid));
  }
  request.body += "}";
  return request;
}

Request StatusPatchRequest(const Resource& resource, const ObjectName& object, std::string_view uid,
                           std::string_view status_json) {
  return MergePatchRequest(
      resource, object, "status",
      absl::StrFormat(R"({"metadata":{"uid":%s},"status":%s})", Quoted(uid), status_json));
}

absl::Status ReplyStatus(const absl::StatusOr<Response>& reply, std::string_view what) {
  if (!reply.ok()) return reply.status();  // names the request already
  if (reply->status >= 200 && reply->status < 300) return absl::OkStatus();
  return absl::Status(CodeOf(*reply), absl::StrFormat("%s: %s", what, reply->ErrorMessage()));
}

void SendForStatus(Client& client, Request request, std::function<void(absl::Status)> done) {
  std::string what = request.method + " " + request.path;
  client.Send(std::move(request),
              [what = std::move(what), done = std::move(done)](absl::StatusOr<Response> reply) {
                done(ReplyStatus(reply, what));
              });
}

}  // namespace tutti::kube
