// SnapshotStream: a snapshot of the core to one caller, piece by piece.
#pragma once

#include <atomic>

#include "base/clock.h"
#include "control/snapshot_source.h"
#include "control/work_pool.h"
#include "rpc/watch_stream.h"

namespace grpc {
template <class Response>
class ServerWriteReactor;
}  // namespace grpc

namespace tutti::control::v1 {
class SnapshotChunk;
}  // namespace tutti::control::v1

namespace tutti::rpc {

// Deletes itself. `source` null: not implemented. `under_way`: set while one is being written, for
// there is one at a time. Everything must outlive the server.
grpc::ServerWriteReactor<control::v1::SnapshotChunk>* StartSnapshot(control::SnapshotSource* source,
                                                                    base::Duration timeout,
                                                                    control::WorkPool& pool,
                                                                    std::atomic<bool>& under_way,
                                                                    StreamEnded ended);

}  // namespace tutti::rpc
