// Connect: the way to the service that the options name.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "cli/command_context.h"
#include "cli/control_client.h"
#include "cli/kube_access.h"

namespace tutti::cli {

// With --server or $TUTTI_ADDRESS over gRPC, otherwise through the API server. Nothing is sent yet.
absl::StatusOr<std::unique_ptr<ControlClient>> Connect(const GlobalOptions& options,
                                                       const Environment& env);

}  // namespace tutti::cli
