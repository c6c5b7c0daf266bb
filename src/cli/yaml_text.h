// YamlText: a JSON document as YAML, in the same order.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace tutti::cli {

// Block style; texts that a YAML reader could take for something else stand in double quotes.
absl::StatusOr<std::string> YamlText(const std::string& json);

}  // namespace tutti::cli
