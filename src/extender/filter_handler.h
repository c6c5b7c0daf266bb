// FilterHandler: the verbs filter and filter-dryrun, from request bytes to reply bytes.
#pragma once

#include <string_view>

#include "extender/answer.h"
#include "extender/filter_decision.h"
#include "framework/core_port.h"

namespace tutti::extender {

// Any thread. A function of (request, snapshot); its only effect is to tell the core that
// kube-scheduler did not offer a planned node, and a dry run does not even that.
class FilterHandler {
 public:
  FilterHandler(framework::CorePort& core, WorkspacePool& workspace)
      : core_(core), workspaces_(workspace) {}

  Answer Handle(std::string_view body, FilterMode mode);

 private:
  framework::CorePort& core_;
  WorkspacePool& workspaces_;
};

}  // namespace tutti::extender
