// `tutti snapshot save FILE`: the state of the core as one file.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddSnapshotSaveCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
