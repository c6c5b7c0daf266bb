// ExtenderRoutes: the webhook's verbs as routes of an HTTP server.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "extender/workspace.h"
#include "framework/core_port.h"
#include "http/server.h"

namespace tutti::extender {

// Called for every answered request, on any thread.
class ExtenderObserver {
 public:
  virtual ~ExtenderObserver() = default;
  virtual void Began() = 0;
  virtual void Answered(std::string_view verb, int status, base::Duration spent,
                        model::ReasonCode rejection) = 0;
};

// POST /filter, /filter-dryrun, /prioritize, /preempt, /bind. Everything passed in must outlive the
// server.
std::vector<http::Server::Route> ExtenderRoutes(framework::CorePort& core,
                                                WorkspacePool& workspaces, const base::Clock& clock,
                                                ExtenderObserver& observer);

}  // namespace tutti::extender
