// GrpcClient: the control API over gRPC, straight to an address.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "cli/control_client.h"

namespace tutti::cli {

struct GrpcTarget {
  std::string address;    // host:port or unix:///path
  std::string ca_file;    // PEM; empty: plain text
  std::string cert_file;  // PEM, of the client: both or neither
  std::string key_file;
  base::Duration timeout = std::chrono::seconds(10);  // of a unary call
};

// Does not connect yet. Errors: InvalidArgument for files that cannot be read.
absl::StatusOr<std::unique_ptr<ControlClient>> MakeGrpcClient(const GrpcTarget& target);

}  // namespace tutti::cli
