// `tutti why [gang|job|pod] NAME`: what it waits for in numbers, who holds that, its position, what
// must happen.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddWhyCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
