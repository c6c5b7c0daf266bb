// ExtenderService: the gRPC door to filter, prioritize, preempt and bind.
#pragma once

#include <memory>

#include "base/clock.h"
#include "extender/extender_observer.h"
#include "extender/workspace.h"
#include "framework/core_port.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace tutti::rpc {

// The service of proto/tutti/v1/extender.proto over the callback API: no call holds a thread while
// it waits. Everything handed in must outlive the server that runs it, and the core's last
// callback.
std::shared_ptr<grpc::Service> MakeExtenderService(framework::CorePort& core,
                                                   extender::WorkspacePool& workspaces,
                                                   const base::Clock& clock,
                                                   extender::ExtenderObserver& observer);

}  // namespace tutti::rpc
