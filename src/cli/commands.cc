#include "cli/commands.h"

#include <CLI/CLI.hpp>

#include "cli/completion_command.h"
#include "cli/config_check_command.h"
#include "cli/doctor_command.h"
#include "cli/gang_describe_command.h"
#include "cli/gang_list_command.h"
#include "cli/import_command.h"
#include "cli/new_plugin_command.h"
#include "cli/plugin_check_command.h"
#include "cli/plugin_list_command.h"
#include "cli/queue_describe_command.h"
#include "cli/queue_list_command.h"
#include "cli/queue_top_command.h"
#include "cli/replay_command.h"
#include "cli/simulate_command.h"
#include "cli/snapshot_diff_command.h"
#include "cli/snapshot_save_command.h"
#include "cli/version_command.h"
#include "cli/why_command.h"

namespace tutti::cli {

void AddCommands(CLI::App& app, CommandContext& context) {
  AddWhyCommand(app, context);

  CLI::App& gang = AddGroup(app, "gang", "Look at gangs");
  AddGangListCommand(gang, context);
  AddGangDescribeCommand(gang, context);

  CLI::App& queue = AddGroup(app, "queue", "Look at queues");
  AddQueueListCommand(queue, context);
  AddQueueDescribeCommand(queue, context);
  AddQueueTopCommand(queue, context);
  AddImportCommand(app, context);

  AddSimulateCommand(app, context);

  CLI::App& snapshot = AddGroup(app, "snapshot", "Save the state of the core, compare two of them");
  AddSnapshotSaveCommand(snapshot, context);
  AddSnapshotDiffCommand(snapshot, context);
  AddReplayCommand(app, context);

  CLI::App& plugin = AddGroup(app, "plugin", "Look at plugins, check them");
  AddPluginListCommand(plugin, context);
  AddPluginCheckCommand(plugin, context);
  AddNewPluginCommand(app, context);

  CLI::App& config = AddGroup(app, "config", "Look at configuration files");
  AddConfigCheckCommand(config, context);

  AddDoctorCommand(app, context);
  AddCompletionCommand(app, context);
  AddVersionCommand(app, context);
}

}  // namespace tutti::cli
