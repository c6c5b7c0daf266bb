// The documents of a manifest as JSON texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tutti::control {

// One JSON object each; empty documents are left out. A document that begins with "{" is read as
// JSON, any other as YAML, whose plain scalars are null, true, false and numbers as in YAML 1.2 and
// texts otherwise. InvalidArgument names the document.
absl::StatusOr<std::vector<std::string>> ManifestDocuments(std::string_view text);

}  // namespace tutti::control
