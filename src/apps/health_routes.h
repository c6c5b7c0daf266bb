// HealthRoutes: /healthz, /readyz and /metrics.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/server.h"
#include "obs/metrics.h"

namespace tutti::apps {

// `not_ready` says why the process cannot serve yet; empty: it can. Called on server threads.
std::vector<http::Server::Route> HealthRoutes(const obs::Metrics& metrics,
                                              std::function<std::string()> not_ready);

}  // namespace tutti::apps
