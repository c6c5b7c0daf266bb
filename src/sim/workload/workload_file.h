// Opening the files that workloads come from.
#pragma once

#include <istream>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace tutti::sim {

// NotFound, PermissionDenied or, for a folder, InvalidArgument; `what` names the kind of file.
absl::StatusOr<std::unique_ptr<std::istream>> OpenWorkloadFile(const std::string& path,
                                                               const std::string& what);

}  // namespace tutti::sim
