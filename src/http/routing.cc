#include "http/routing.h"

#include "absl/strings/str_format.h"
#include "http/session.h"

namespace tutti::http {
namespace {

std::variant<const Server::Route*, Refusal> FindRoute(const std::vector<Server::Route>& routes,
                                                      const Request& request) {
  const Server::Route* other_method = nullptr;
  for (const Server::Route& route : routes) {
    const bool prefix = route.path.size() > 1 && route.path.back() == '/';
    if (prefix ? !request.path.starts_with(route.path) : request.path != route.path) continue;
    if (route.method != request.method) {
      other_method = &route;
      continue;
    }
    const std::string_view type = request.content_type.substr(0, request.content_type.find(';'));
    if (request.method != "POST" || type == "application/json") return &route;
    return Refusal{415, "the content type must be application/json", ""};
  }
  if (other_method == nullptr) {
    return Refusal{404, "no such path: check urlPrefix and the verbs in the extender configuration",
                   ""};
  }
  return Refusal{405, absl::StrFormat("wrong method: this path takes %s", other_method->method),
                 other_method->method};
}

}  // namespace

std::variant<const Server::Route*, Refusal> Admit(ServerState& server, const Request& request) {
  auto found = FindRoute(server.routes, request);
  if (std::holds_alternative<const Server::Route*>(found) && !server.BeginHandling())
    return Refusal{503, "too many requests in flight: retry later", ""};
  return found;
}

Refusal BodyTooLarge(const Limits& limits) {
  return {413,
          absl::StrFormat("the body is larger than the limit of %d bytes: with nodeCacheCapable "
                          "true requests are small",
                          limits.body_bytes),
          ""};
}

Refusal HeaderTooLarge(const Limits& limits) {
  return {431,
          absl::StrFormat("the header is larger than the limit of %d bytes", limits.header_bytes),
          ""};
}

Refusal TooSlow(std::string_view part) {
  return {408,
          absl::StrFormat("the request's %s did not arrive in time: send it without pauses", part),
          ""};
}

std::string_view PathOf(std::string_view target) { return target.substr(0, target.find('?')); }

std::string ErrorBody(std::string_view text) { return absl::StrFormat("{\"Error\":\"%s\"}", text); }

}  // namespace tutti::http
