// PrioritizeHandler: the verb prioritize.
#pragma once

#include <string_view>

#include "extender/workspace.h"

namespace tutti::extender {

// Every offered node gets the same score: where placement is ours to decide, filter has already
// answered one node, and kube-scheduler then does not ask. Any thread.
class PrioritizeHandler {
 public:
  explicit PrioritizeHandler(WorkspacePool& workspaces) : workspaces_(workspaces) {}

  VerbAnswer Prioritize(std::string_view body);

 private:
  WorkspacePool& workspaces_;
};

}  // namespace tutti::extender
