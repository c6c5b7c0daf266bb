// PrioritizeHandler: the verb prioritize, from request bytes to reply bytes.
#pragma once

#include <string_view>

#include "extender/answer.h"
#include "extender/workspace.h"
#include "framework/core_port.h"

namespace tutti::extender {

// Any thread. The profile's Score plugins, 0 to 10; 0 for every node where nobody scores. Where a
// placement is ours to choose, filter answers one node and prioritize is not asked. kube-scheduler
// ignores failures of this verb.
class PrioritizeHandler {
 public:
  PrioritizeHandler(framework::CorePort& core, WorkspacePool& workspace)
      : core_(core), workspaces_(workspace) {}

  Answer Handle(std::string_view body);

 private:
  framework::CorePort& core_;
  WorkspacePool& workspaces_;
};

}  // namespace tutti::extender
