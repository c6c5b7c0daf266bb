// ExitCode: what `tutti` ends with. Scripts rely on these: docs/cli.md lists them.
#pragma once

#include "absl/status/status.h"

namespace tutti::cli {

enum class ExitCode {
  kOk = 0,
  kNo = 1,           // an answer, and it is no: does not fit, differs, a check found something
  kUsage = 2,        // wrong arguments, or an input that cannot be read
  kUnreachable = 3,  // no connection, or no answer in time
  kNotFound = 4,     // the service knows no such object
  kForbidden = 5,    // we may not ask this
  kFailed = 6,       // everything else
};

// The code for a command that ends with this status.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace tutti::cli
