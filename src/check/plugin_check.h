// CheckPlugin: loads a plugin as the server would and asks it everything that its contract
// promises.
#pragma once

#include <chrono>
#include <string>

#include "absl/status/statusor.h"
#include "check/check_report.h"

namespace tutti::check {

struct CheckOptions {
  std::string file;  // the shared object; a relative path is taken from the working folder
  std::string
      config;  // a TuttiConfiguration with the plugin's entry; empty: it is made without args
  // So long may one probe take: a plugin that takes longer hangs.
  std::chrono::milliseconds probe_limit = std::chrono::seconds(20);
};

// InvalidArgument, NotFound or PermissionDenied: the configuration file is no good, and nothing was
// checked. Whatever is wrong with the plugin is in the report: nothing of it runs in this process.
// The caller must have no other threads (probe_process.h). Blocks.
absl::StatusOr<CheckReport> CheckPlugin(const CheckOptions& options);

}  // namespace tutti::check
