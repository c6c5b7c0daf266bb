// PreemptHandler: the verb preempt.
#pragma once

#include <string_view>

#include "extender/workspace.h"
#include "framework/core_port.h"

namespace tutti::extender {

// Keeps kube-scheduler's candidates and their victims in order. A gang member that has no planned
// node gets none: evicting pods for it alone would not help its gang. Any thread.
class PreemptHandler {
 public:
  PreemptHandler(framework::CorePort& core, WorkspacePool& workspaces)
      : core_(core), workspaces_(workspaces) {}

  VerbAnswer Preempt(std::string_view body);

 private:
  framework::CorePort& core_;
  WorkspacePool& workspaces_;
};

}  // namespace tutti::extender
