// `tutti snapshot diff BEFORE AFTER`: what differs between two snapshots, in people's terms.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddSnapshotDiffCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
