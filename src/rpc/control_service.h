// ControlService: the gRPC door to the control API.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "base/clock.h"
#include "control/decision_feed.h"
#include "control/snapshot_source.h"
#include "control/work_pool.h"
#include "rpc/control_calls.h"

namespace grpc {
class Service;
}  // namespace grpc

namespace tutti::rpc {

// Of each call that ended: its method as the proto names it, how, and after how long. Any thread.
using ControlObserver =
    std::function<void(std::string_view method, absl::StatusCode code, base::Duration spent)>;

struct ControlParts {
  ControlCalls& calls;
  control::DecisionFeed& decisions;
  control::WorkPool& pool;             // for what waits for the core; refuses what is too much
  control::SnapshotSource* snapshots;  // null: Snapshot is not implemented
  const base::Clock& clock;
  ControlObserver observer;
};

// The service of proto/tutti/v1/control.proto over the callback API: no stream holds a thread.
// Everything handed in must outlive the server that runs it.
std::shared_ptr<grpc::Service> MakeControlService(ControlParts parts);

}  // namespace tutti::rpc
