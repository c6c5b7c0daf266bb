#include "cli/proxy_client.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "kube/api.h"

namespace tutti::cli {
namespace {

using nlohmann::json;

constexpr auto kStreamTimeout = std::chrono::seconds(60);  // as the gateway's own

class ProxyClient final : public ControlClient {
 public:
  ProxyClient(kube::Client& kube, ProxyTarget target) : kube_(kube), target_(std::move(target)) {}

  absl::Status Unary(std::string_view method, const Message& request, Message& response) override {
    TUTTI_ASSIGN_OR_RETURN(const std::string body, Post(method, request, target_.timeout));
    return Parse(body, response);
  }

  // The gateway answers a stream as one message in each line.
  absl::Status Stream(std::string_view method, const Message& request, Message& piece,
                      const std::function<bool()>& on_piece) override {
    TUTTI_ASSIGN_OR_RETURN(const std::string body, Post(method, request, kStreamTimeout));
    size_t from = 0;
    while (from < body.size()) {
      const size_t end = std::min(body.find('\n', from), body.size());
      piece.Clear();
      TUTTI_RETURN_IF_ERROR(Parse(std::string_view(body).substr(from, end - from), piece));
      if (!on_piece()) return absl::OkStatus();
      from = end + 1;
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<std::string> Post(std::string_view method, const Message& request,
                                   base::Duration timeout) {
    kube::Request post;
    post.method = "POST";
    const kube::ObjectName service{target_.service_namespace, target_.service};
    post.path = absl::StrFormat(
        "%s/control/v1/%s", kube::ResourcePath({"", "v1", "services"}, service, "proxy"), method);
    post.timeout = timeout;
    if (!google::protobuf::util::MessageToJsonString(request, &post.body).ok())
      return absl::InternalError("cannot encode the request as JSON");
    absl::StatusOr<kube::Response> reply = kube_.Call(std::move(post));
    if (!reply.ok()) {
      return absl::Status(reply.status().code() == absl::StatusCode::kUnknown
                              ? absl::StatusCode::kUnavailable
                              : reply.status().code(),
                          absl::StrFormat("asking the API server: %s", reply.status().message()));
    }
    if (reply->status == 200) return std::move(reply->body);
    return Failure(*reply);
  }

  // Of the service itself ({"code": 5, "message": ...}), or of the API server on the way to it.
  absl::Status Failure(const kube::Response& reply) const {
    const json body = json::parse(reply.body, nullptr, /*allow_exceptions=*/false);
    const bool ours = body.is_object() && body.contains("code") && !body.contains("kind") &&
                      body["code"].is_number_integer() && body.contains("message") &&
                      body["message"].is_string();
    if (ours) {
      return absl::Status(static_cast<absl::StatusCode>(body["code"].get<int>()),
                          body["message"].get<std::string>());
    }
    const std::string who = target_.service_namespace + "/" + target_.service;
    const std::string said = reply.ErrorMessage();
    switch (reply.status) {
      case 401:
        return absl::UnauthenticatedError(absl::StrFormat(
            "the API server does not accept the kubeconfig's credentials: %s", said));
      case 403:
        return absl::PermissionDeniedError(absl::StrFormat(
            "not allowed to ask through the service %s: %s; whoever may `create services/proxy` "
            "there can (deploy/control-api.yaml has such a Role)",
            who, said));
      case 404:
        return absl::UnavailableError(absl::StrFormat(
            "the API server finds no control API at the service %s: %s; name the right one with "
            "--service NAMESPACE/NAME[:PORT], or go straight with --server",
            who, said));
      default:
        return absl::UnavailableError(absl::StrFormat(
            "the API server does not reach the service %s (HTTP %d): %s; check its endpoints and "
            "controlGateway.listen in tutti-server's configuration, or go straight with --server",
            who, reply.status, said));
    }
  }

  absl::Status Parse(std::string_view text, Message& message) const {
    google::protobuf::util::JsonParseOptions options;
    options.ignore_unknown_fields = true;  // of a newer service
    if (google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &message, options)
            .ok()) {
      return absl::OkStatus();
    }
    return absl::InternalError(absl::StrFormat(
        "the answer of the service %s/%s is no %s: is that Tutti, and of this program's version?",
        target_.service_namespace, target_.service, message.GetTypeName()));
  }

  kube::Client& kube_;
  const ProxyTarget target_;
};

}  // namespace

absl::StatusOr<ProxyTarget> ParseProxyTarget(const std::string& text) {
  const size_t slash = text.find('/');
  ProxyTarget target;
  if (slash != std::string::npos) {
    target.service_namespace = text.substr(0, slash);
    target.service = text.substr(slash + 1);
  }
  if (target.service_namespace.empty() || target.service.empty() ||
      target.service.find('/') != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "--service: got \"%s\", expected NAMESPACE/NAME or NAMESPACE/NAME:PORT", text));
  }
  // The API server finds no endpoint where a named port is not named.
  if (target.service.find(':') == std::string::npos) target.service += ":http";
  return target;
}

std::unique_ptr<ControlClient> MakeProxyClient(kube::Client& kube, ProxyTarget target) {
  return std::make_unique<ProxyClient>(kube, std::move(target));
}

}  // namespace tutti::cli
