#include "apps/health_routes.h"

#include <utility>

#include "absl/strings/str_join.h"

namespace tutti::apps {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";

}  // namespace

std::vector<http::Server::Route> HealthRoutes(const obs::Metrics& metrics,
                                              HealthQuestions questions) {
  const auto healthz = [](const http::Request&, http::Reply reply) {
    reply.Send(200, "ok\n", kText);
  };
  const auto readyz = [not_ready = std::move(questions.not_ready)](const http::Request&,
                                                                   http::Reply reply) {
    const std::string reason = not_ready();
    if (reason.empty()) return reply.Send(200, "ok\n", kText);
    reply.Send(503, reason + "\n", kText);
  };
  const auto invariants = [broken = std::move(questions.broken_invariants)](const http::Request&,
                                                                            http::Reply reply) {
    const std::vector<std::string> lines = broken();
    reply.Send(200, lines.empty() ? "ok\n" : absl::StrJoin(lines, "\n") + "\n", kText);
  };
  const auto exposition = [&metrics](const http::Request&, http::Reply reply) {
    reply.Send(200, metrics.ExpositionText(), "text/plain; version=0.0.4; charset=utf-8");
  };
  return {{"GET", "/healthz", healthz},
          {"GET", "/readyz", readyz},
          {"GET", "/metrics", exposition},
          {"GET", "/debug/invariants", invariants}};
}

}  // namespace tutti::apps
