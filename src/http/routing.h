// Routing: which handler gets a request, and what it is told when none does; the same for every
// version of HTTP. Internal to src/http.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "http/server.h"

namespace tutti::http {

struct ServerState;

constexpr size_t kPadding = 64;  // zero bytes behind a Request's body

struct Refusal {
  int status = 0;
  std::string text;
  std::string allow;  // of 405: the method that the path takes
};

// The route of a complete request, which is then counted as in flight until
// ServerState::EndHandling; or why there is none.
std::variant<const Server::Route*, Refusal> Admit(ServerState& server, const Request& request);

Refusal BodyTooLarge(const Limits& limits);
Refusal HeaderTooLarge(const Limits& limits);
Refusal TooSlow(std::string_view part);  // "header" or "body"

std::string_view PathOf(std::string_view target);
std::string ErrorBody(std::string_view text);

}  // namespace tutti::http
