#include "cli/snapshot_diff_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "cli/answer.h"
#include "cli/table.h"
#include "record/log_folder.h"
#include "record/snapshot.h"
#include "record/snapshot_diff.h"

namespace tutti::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string before;
  std::string after;
};

// A file of a decision log will do as well: it begins with a snapshot.
absl::StatusOr<record::Snapshot> Read(const std::string& path) {
  const absl::StatusOr<std::unique_ptr<std::istream>> stream = record::FileOnDisk(path).open();
  if (!stream.ok()) return absl::InvalidArgumentError(stream.status().message());
  return record::ReadSnapshot(**stream, path, record::MakePlainWorld);
}

record::StateView ViewOf(const record::Snapshot& snapshot) {
  return {snapshot.header, snapshot.checkpoint, snapshot.world->labels(),
          snapshot.world->resources()};
}

std::string ToJson(const std::vector<record::StateChange>& changes) {
  Json list = Json::array();
  for (const record::StateChange& change : changes) {
    const char* kind = change.kind == record::StateChange::Kind::kAdded     ? "added"
                       : change.kind == record::StateChange::Kind::kRemoved ? "removed"
                                                                            : "changed";
    list.push_back({{"change", kind},
                    {"kind", change.what},
                    {"name", change.name},
                    {"details", change.details}});
  }
  return Json({{"changes", list}}).dump(-1, ' ', false, Json::error_handler_t::replace);
}

ExitCode Run(CommandContext& context, const Options& options) {
  const absl::StatusOr<record::Snapshot> before = Read(options.before);
  if (!before.ok()) return context.Fail(before.status());
  const absl::StatusOr<record::Snapshot> after = Read(options.after);
  if (!after.ok()) return context.Fail(after.status());
  const std::vector<record::StateChange> changes = record::Diff(ViewOf(*before), ViewOf(*after));
  if (ForPrograms(context.options.output)) {
    const absl::Status printed = PrintJson(context, ToJson(changes));
    if (!printed.ok()) return context.Fail(printed);
  } else {
    for (const record::StateChange& change : changes)
      context.out() << Printable(record::ToString(change)) << "\n";
    if (changes.empty()) context.out() << "no difference\n";
  }
  return changes.empty() ? ExitCode::kOk : ExitCode::kNo;
}

}  // namespace

void AddSnapshotDiffCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "diff", "Tell what differs between two snapshots: nodes, pods, gangs, room, settings");
  const auto options = std::make_shared<Options>();
  command.add_option("before", options->before, "The older snapshot")->required();
  command.add_option("after", options->after, "The newer snapshot")->required();
  OnRun(command, context, [&context, options] { return Run(context, *options); });
}

}  // namespace tutti::cli
