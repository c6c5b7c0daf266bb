// `tutti doctor`: is kube-scheduler set up for Tutti, and does all it depends on work.
#pragma once

#include "cli/command_context.h"

namespace tutti::cli {

void AddDoctorCommand(CLI::App& parent, CommandContext& context);

}  // namespace tutti::cli
