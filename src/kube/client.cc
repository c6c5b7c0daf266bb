#include "kube/client.h"

#include <memory>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "kube/curl_client.h"
#include "simdjson.h"

namespace tutti::kube {

std::string Response::ErrorMessage() const {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string_view message;
  if (parser.parse(body).get(document) == simdjson::SUCCESS &&
      document["message"].get(message) == simdjson::SUCCESS && !message.empty()) {
    return absl::StrFormat("HTTP %d: %s", status, message);
  }
  return absl::StrFormat("HTTP %d: %s", status, body.empty() ? "no body" : body.substr(0, 200));
}

absl::StatusOr<std::unique_ptr<Client>> Client::Create(Credentials credentials,
                                                       const base::Clock& clock,
                                                       ClientOptions options) {
  auto endpoint = Endpoint::Create(std::move(credentials), clock, options.connect_timeout);
  if (!endpoint.ok()) return endpoint.status();
  return std::unique_ptr<Client>(new CurlClient(*std::move(endpoint), clock, options));
}

absl::StatusOr<Response> Client::Call(Request request) {
  absl::Notification arrived;
  absl::StatusOr<Response> reply = absl::UnknownError("no reply yet");
  Send(std::move(request), [&](absl::StatusOr<Response> result) {
    reply = std::move(result);
    arrived.Notify();
  });
  arrived.WaitForNotification();
  return reply;
}

}  // namespace tutti::kube
