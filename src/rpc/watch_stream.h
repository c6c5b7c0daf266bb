// WatchStream: decisions to one watcher of the control API, as fast as it takes them.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "control/decision_feed.h"
#include "control/work_pool.h"
#include "model/resource_table.h"

namespace grpc {
template <class Response>
class ServerWriteReactor;
}  // namespace grpc

namespace tutti::control::v1 {
class Decision;
}  // namespace tutti::control::v1

namespace tutti::rpc {

using StreamEnded = std::function<void(absl::StatusCode code)>;

// Deletes itself. `pool` writes what the core's thread must not; everything must outlive the
// server.
grpc::ServerWriteReactor<control::v1::Decision>* StartWatch(control::DecisionFeed& decisions,
                                                            control::DecisionFilter filter,
                                                            control::WorkPool& pool,
                                                            const model::ResourceTable& resources,
                                                            StreamEnded ended);

}  // namespace tutti::rpc
