// ReadFile: a file that a user names.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tutti::cli {

// InvalidArgument where it cannot be read or is longer than `max_bytes`.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes);

}  // namespace tutti::cli
