// NewChannel: a connection to a remote plugin. Internal to src/remote.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>

#include "absl/status/statusor.h"
#include "remote/connect_plugin.h"

namespace tutti::remote {

// Shares its connection with no other channel, so that a new one is a new connection. Reads the
// files of target.tls: InvalidArgument names the one that cannot be read. Connects when it is first
// used.
absl::StatusOr<std::shared_ptr<grpc::Channel>> NewChannel(const RemoteTarget& target);

}  // namespace tutti::remote
