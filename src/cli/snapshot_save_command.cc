#include "cli/snapshot_save_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_format.h"
#include "cli/answer.h"
#include "cli/control_methods.h"
#include "cli/human.h"

namespace tutti::cli {
namespace {

absl::Status CannotWrite(const std::string& file) {
  return absl::InvalidArgumentError(absl::StrFormat(
      "cannot write %s: name a file in a folder that exists, on a disk with room", file));
}

// Under another name until it is whole, so that a file with its name is a whole snapshot.
ExitCode Run(CommandContext& context, const std::string& file) {
  const absl::StatusOr<ControlClient*> client = context.Control();
  if (!client.ok()) return context.Fail(client.status());
  const std::string part = file + ".part";
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  if (!out) return context.Fail(CannotWrite(file));
  int64_t bytes = 0;
  const absl::Status status =
      AskStream(**client, pb::SnapshotRequest(), [&](const pb::SnapshotChunk& chunk) {
        out.write(chunk.data().data(), static_cast<std::streamsize>(chunk.data().size()));
        bytes += static_cast<int64_t>(chunk.data().size());
        return static_cast<bool>(out);
      });
  out.close();
  const bool written = !out.fail();
  if (!status.ok() || !written || std::rename(part.c_str(), file.c_str()) != 0) {
    std::remove(part.c_str());
    return context.Fail(status.ok() ? CannotWrite(file) : status);
  }
  if (ForPrograms(context.options.output)) {
    return context.Finish(PrintJson(context, absl::StrFormat("{\"bytes\": %d}", bytes)));
  }
  context.out() << absl::StrFormat("%s: %s written\n", file, Count(bytes, "byte"));
  return ExitCode::kOk;
}

}  // namespace

void AddSnapshotSaveCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "save", "Save the cluster as Tutti knows it into one file, for replay elsewhere");
  const auto file = std::make_shared<std::string>();
  command.add_option("file", *file, "The file to write")->required();
  OnRun(command, context, [&context, file] { return Run(context, *file); });
}

}  // namespace tutti::cli
