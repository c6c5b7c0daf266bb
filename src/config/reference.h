// The configuration's documentation, made from the tables that read it.
#pragma once

#include <string>

namespace tutti::config {

// A complete configuration file that says what an empty one means.
std::string DefaultsYaml();

// docs/reference/configuration.md.
std::string ReferenceMarkdown();

}  // namespace tutti::config
