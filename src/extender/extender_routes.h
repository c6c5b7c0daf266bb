// ExtenderRoutes: the HTTP routes of the extender webhook.
#pragma once

#include <vector>

#include "base/clock.h"
#include "extender/extender_observer.h"
#include "extender/workspace.h"
#include "framework/core_port.h"
#include "framework/write_backlog.h"
#include "http/server.h"

namespace tutti::extender {

// POST /filter, /filter-dryrun, /prioritize, /preempt, /bind. Everything handed in must outlive the
// server, and the core's last callback.
std::vector<http::Server::Route> ExtenderRoutes(framework::CorePort& core,
                                                WorkspacePool& workspaces,
                                                framework::WriteBacklog& backlog,
                                                const base::Clock& clock,
                                                ExtenderObserver& observer);

}  // namespace tutti::extender
