// FilterHandler: the verbs filter and filter-dryrun, from request bytes to reply bytes.
#pragma once

#include <string_view>

#include "extender/workspace.h"
#include "framework/core_port.h"
#include "framework/pod_filter.h"

namespace tutti::extender {

// Any thread; a pure function of the body and the current snapshot. Only Filter tells the core when
// a planned node was not among the candidates.
class FilterHandler {
 public:
  FilterHandler(framework::CorePort& core, WorkspacePool& workspaces)
      : core_(core), workspaces_(workspaces) {}

  VerbAnswer Filter(std::string_view body) { return Run(body, /*dry_run=*/false); }
  // For simulations (Cluster Autoscaler): a gang member that is held gets the nodes that have room
  // for one such pod, and nothing is reported.
  VerbAnswer FilterDryRun(std::string_view body) { return Run(body, /*dry_run=*/true); }

 private:
  VerbAnswer Run(std::string_view body, bool dry_run);

  framework::CorePort& core_;
  WorkspacePool& workspaces_;
};

}  // namespace tutti::extender
