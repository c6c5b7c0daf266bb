#include "cli/replay_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "cli/answer.h"
#include "cli/style.h"
#include "cli/table.h"
#include "record/replay.h"
#include "record/snapshot.h"

namespace tutti::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string ToJson(const record::ReplayReport& report) {
  Json json = {{"identical", report.identical()},
               {"files", report.files},
               {"batches", report.batches},
               {"events", report.events},
               {"effects", report.effects},
               {"filterAnswers", report.filter_answers},
               {"checkpoints", report.checkpoints},
               {"notes", report.notes},
               {"difference", nullptr}};
  if (report.difference) {
    const record::ReplayDifference& d = *report.difference;
    json["difference"] = {{"file", d.file},       {"batch", d.batch}, {"event", d.event},
                          {"nanos", d.now.nanos}, {"what", d.what},   {"expected", d.expected},
                          {"got", d.got}};
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void Print(CommandContext& context, const record::ReplayReport& report) {
  const Style style(context.colours());
  for (const std::string& note : report.notes)
    context.out() << style.Warn("note") << ": " << Printable(note) << "\n";
  context.out() << absl::StrFormat(
      "%d events in %d batches of %d files: %d effects, %d answers of filter and %d checkpoints "
      "compared\n",
      report.events, report.batches, report.files, report.effects, report.filter_answers,
      report.checkpoints);
  if (report.identical()) {
    context.out() << style.Good("identical") << "\n";
    return;
  }
  context.out() << style.Bad("different") << "\n" << record::ToString(*report.difference);
}

ExitCode Run(CommandContext& context, const std::string& path) {
  const absl::StatusOr<std::vector<record::LogFile>> files = record::FindLog(path);
  if (!files.ok()) return context.Fail(absl::InvalidArgumentError(files.status().message()));
  const record::MakeWorld& make_world = context.surroundings().make_world;
  const absl::StatusOr<record::ReplayReport> report =
      record::Replay(*files, make_world ? make_world : record::MakePlainWorld);
  if (!report.ok()) return context.Fail(report.status());
  if (ForPrograms(context.options.output)) {
    const absl::Status printed = PrintJson(context, ToJson(*report));
    if (!printed.ok()) return context.Fail(printed);
  } else {
    Print(context, *report);
  }
  return report->identical() ? ExitCode::kOk : ExitCode::kNo;
}

}  // namespace

void AddReplayCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "replay", "Decide a decision log again and prove that the decisions are the same");
  const auto path = std::make_shared<std::string>();
  command.add_option("path", *path, "The folder of decisionLog.path, or one file of it")
      ->required();
  OnRun(command, context, [&context, path] { return Run(context, *path); });
}

}  // namespace tutti::cli
