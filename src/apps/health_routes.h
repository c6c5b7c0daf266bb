// HealthRoutes: /healthz, /readyz and /metrics.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/server.h"
#include "obs/metrics.h"

namespace tutti::apps {

struct HealthQuestions {
  std::function<std::string()> not_ready;  // why the process cannot serve yet; empty: it can
  std::function<std::vector<std::string>()> broken_invariants;  // of the core, one line each
};

// /healthz, /readyz, /metrics, /debug/invariants. The questions are asked on server threads.
std::vector<http::Server::Route> HealthRoutes(const obs::Metrics& metrics,
                                              HealthQuestions questions);

}  // namespace tutti::apps
