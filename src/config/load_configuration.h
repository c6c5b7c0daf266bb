// LoadConfiguration: YAML text to a checked Configuration. The only way a configuration enters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/problem.h"
#include "config/configuration.h"

namespace tutti::config {

using base::Problem;

struct LoadedConfiguration {
  Configuration configuration;    // meaningful only when ok()
  std::vector<Problem> errors;    // every one, in the order of the file
  std::vector<Problem> warnings;  // legal, but an operator should know

  bool ok() const { return errors.empty(); }
};

// Reads one document `apiVersion: tutti.dev/v1alpha1, kind: TuttiConfiguration`. Absent keys keep
// their defaults. Never throws and never stops at the first error. `file_name` only appears in
// problems. Input is bounded: 256 KiB, 16 levels, no anchors or aliases.
LoadedConfiguration LoadConfiguration(std::string_view text, std::string_view file_name);

// The same from a file. NotFound or PermissionDenied where it cannot be read, InvalidArgument with
// one problem per line where it is wrong. Warnings are appended to `warnings` if that is not null.
absl::StatusOr<Configuration> LoadConfigurationFile(const std::string& path,
                                                    std::vector<Problem>* warnings);

}  // namespace tutti::config
