#include "cli/new_plugin_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "authoring/new_plugin.h"

namespace tutti::cli {
namespace {

ExitCode Run(CommandContext& context, authoring::NewPlugin wanted) {
  if (wanted.templates.empty()) wanted.templates = authoring::TemplatesFolder();
  const absl::StatusOr<authoring::CreatedPlugin> created = authoring::CreatePlugin(wanted);
  // A taken name or folder, a missing parent: the arguments are at fault.
  if (!created.ok()) return context.Fail(created.status()), ExitCode::kUsage;
  context.out() << created->folder << "\n";
  for (const std::string& file : created->files) context.out() << "  " << file << "\n";
  context.out() << "\nNext:\n  cd " << created->folder
                << "\n  cmake -S . -B build && cmake --build build && ctest --test-dir build\n";
  return ExitCode::kOk;
}

}  // namespace

void AddNewPluginCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command =
      *parent.add_subcommand("new-plugin", "Make a project for a plugin: code, test, manifest");
  const auto wanted = std::make_shared<authoring::NewPlugin>();
  command.add_option("name", wanted->name, "Its name, in UpperCamelCase: GpuModel")->required();
  command.add_option("folder", wanted->folder, "The folder to make (default: gpu_model)");
  command.add_option("--templates", wanted->templates,
                     "Where the templates are (default: beside this program, ../share/tutti)");
  OnRun(command, context, [&context, wanted] { return Run(context, *wanted); });
}

}  // namespace tutti::cli
