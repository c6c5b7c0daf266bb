#include "apps/health_routes.h"

#include <utility>

namespace tutti::apps {
namespace {

constexpr char kText[] = "text/plain; charset=utf-8";

}  // namespace

std::vector<http::Server::Route> HealthRoutes(const obs::Metrics& metrics,
                                              std::function<std::string()> not_ready) {
  const auto healthz = [](const http::Request&, http::Reply reply) {
    reply.Send(200, "ok\n", kText);
  };
  const auto readyz = [not_ready = std::move(not_ready)](const http::Request&, http::Reply reply) {
    const std::string reason = not_ready();
    if (reason.empty()) return reply.Send(200, "ok\n", kText);
    reply.Send(503, reason + "\n", kText);
  };
  const auto exposition = [&metrics](const http::Request&, http::Reply reply) {
    reply.Send(200, metrics.ExpositionText(), "text/plain; version=0.0.4; charset=utf-8");
  };
  return {
      {"GET", "/healthz", healthz}, {"GET", "/readyz", readyz}, {"GET", "/metrics", exposition}};
}

}  // namespace tutti::apps
