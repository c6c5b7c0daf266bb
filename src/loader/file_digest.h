// Sha256OfFile: the fingerprint of a file. It blocks on the disk; any thread.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tutti::loader {

// 64 lower-case hexadecimal digits. NotFound, or what the system says of the path.
absl::StatusOr<std::string> Sha256OfFile(const std::string& path);

}  // namespace tutti::loader
