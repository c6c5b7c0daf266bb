// PreemptHandler: the verb preempt, from request bytes to reply bytes.
#pragma once

#include <string_view>

#include "extender/answer.h"
#include "extender/workspace.h"
#include "framework/core_port.h"

namespace tutti::extender {

// Any thread. Victims and their order stay as kube-scheduler chose them. A member of a gang keeps
// only its planned node, and none where it has no plan: filter would refuse the other nodes after
// the victims had died for nothing. Every other pod keeps all candidates.
class PreemptHandler {
 public:
  PreemptHandler(framework::CorePort& core, WorkspacePool& workspace)
      : core_(core), workspaces_(workspace) {}

  Answer Handle(std::string_view body);

 private:
  framework::CorePort& core_;
  WorkspacePool& workspaces_;
};

}  // namespace tutti::extender
