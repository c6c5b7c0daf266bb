// BindHandler: the verb bind. The reply is kept until the core has bound the pod or refused it; no
// thread waits.
#pragma once

#include <functional>
#include <string_view>

#include "extender/workspace.h"
#include "framework/core_port.h"

namespace tutti::extender {

class BindHandler {
 public:
  using Answered = std::function<void(VerbAnswer)>;

  BindHandler(framework::CorePort& core, WorkspacePool& workspaces)
      : core_(core), workspaces_(workspaces) {}

  // `answered` runs exactly once: at once for a malformed request, else on the core loop's thread,
  // perhaps much later.
  void Bind(std::string_view body, Answered answered);

 private:
  framework::CorePort& core_;
  WorkspacePool& workspaces_;
};

}  // namespace tutti::extender
