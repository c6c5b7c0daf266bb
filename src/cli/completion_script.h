// Completion scripts for shells.
#pragma once

#include <string>

#include "cli/command_tree.h"

namespace tutti::cli {

std::string BashCompletion(const Command& root);
std::string ZshCompletion(const Command& root);
std::string FishCompletion(const Command& root);

}  // namespace tutti::cli
