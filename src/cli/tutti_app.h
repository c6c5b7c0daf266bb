// RunTutti: the command line program as a function of its arguments and its surroundings.
#pragma once

#include <string>
#include <vector>

#include "cli/command_context.h"
#include "cli/command_tree.h"

namespace tutti::cli {

// `arguments` without the program's name. Never throws.
ExitCode RunTutti(std::vector<std::string> arguments, Surroundings surroundings);

// Its commands and options.
Command DescribeProgram();

}  // namespace tutti::cli
