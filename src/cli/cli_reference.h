// CliReference: docs/reference/cli.md, made from the commands themselves.
#pragma once

#include <string>

#include "cli/command_tree.h"

namespace tutti::cli {

std::string CliReference(const Command& root);

}  // namespace tutti::cli
