// CreatePlugin: a project of its own for a plugin, made of templates.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tutti::authoring {

struct NewPlugin {
  std::string name;       // UpperCamelCase: "GpuModel"
  std::string folder;     // to be made; empty: gpu_model in the working folder
  std::string templates;  // where the templates are (TemplatesFolder)
};

struct CreatedPlugin {
  std::string folder;              // absolute
  std::vector<std::string> files;  // in it, sorted
};

// InvalidArgument: the name is none, or one that is taken; AlreadyExists: the folder is there, and
// nothing was written; NotFound: no templates, or no folder to make it in. What cannot be finished
// is taken away again.
absl::StatusOr<CreatedPlugin> CreatePlugin(const NewPlugin& wanted);

// "GpuModel" -> "gpu_model", "MIGShare2" -> "mig_share2".
std::string SnakeCase(std::string_view name);

// Where `make install` has put the templates, seen from the binary that runs: ../share/tutti.
std::string TemplatesFolder();

}  // namespace tutti::authoring
