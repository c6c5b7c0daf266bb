// CheckElfComplete: whether all of a shared object is there.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace tutti::loader {

// FailedPrecondition: the file ends before what its headers say it holds, as after a copy that was
// broken off. The linker does not look: it maps what is missing, and the process dies of SIGBUS
// when it is touched. What is no ELF file at all is left to the linker, which says so. Blocks on
// the disk.
absl::Status CheckElfComplete(const std::string& path);

}  // namespace tutti::loader
