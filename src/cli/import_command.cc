#include "cli/import_command.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "cli/answer.h"
#include "cli/import/manifest_applier.h"
#include "cli/import/source_reader.h"
#include "cli/kube_access.h"
#include "cli/table.h"
#include "cli/yaml_text.h"
#include "importer/amount.h"
#include "importer/import_queues.h"
#include "importer/manifest_writer.h"
#include "importer/object_report.h"

namespace tutti::cli {
namespace {

using importer::Imported;
using importer::ImportedQueue;
using importer::Manifest;
using importer::Verdict;
using Json = nlohmann::ordered_json;

struct Options {
  std::string from;
  std::vector<std::string> files;
  bool apply = false;
};

// One client for reading and applying, made when it is first needed.
class Cluster {
 public:
  explicit Cluster(CommandContext& context) : context_(context) {}

  absl::StatusOr<kube::Client*> Connect() {
    if (client_ != nullptr) return client_.get();
    TUTTI_ASSIGN_OR_RETURN(kube::Credentials credentials,
                           FindCredentials(context_.options, context_.surroundings().env));
    TUTTI_ASSIGN_OR_RETURN(client_, kube::Client::Create(std::move(credentials), clock_));
    return client_.get();
  }

 private:
  CommandContext& context_;
  const base::SystemClock clock_;
  std::unique_ptr<kube::Client> client_;
};

absl::StatusOr<Imported> Import(CommandContext& context, const Options& options, Cluster& cluster) {
  const importer::Peer peer = *importer::PeerNamed(options.from);
  if (!options.files.empty()) {
    TUTTI_ASSIGN_OR_RETURN(auto objects, ReadSourceFiles(context, options.files));
    return importer::ImportQueues(peer, std::move(objects));
  }
  TUTTI_ASSIGN_OR_RETURN(kube::Client* const client, cluster.Connect());
  TUTTI_ASSIGN_OR_RETURN(
      auto objects, ReadSourceCluster(*client, context.options.timeout, peer, context.options.ns));
  return importer::ImportQueues(peer, std::move(objects));
}

std::string AmountsText(const importer::Amounts& amounts) {
  return absl::StrJoin(amounts, ", ", [](std::string* out, const auto& of) {
    absl::StrAppend(out, importer::AmountText(of.first, of.second), " ", of.first);
  });
}

std::string StateText(ImportedQueue::State state) {
  if (state == ImportedQueue::State::kHeld) return "Held";
  return state == ImportedQueue::State::kClosed ? "Closed" : "Open";
}

void PrintTable(CommandContext& context, const Imported& imported) {
  Table table({"NAME", "PARENT", "GUARANTEED", "LIMIT", "WEIGHT", "PRIORITY", "STATE"});
  for (const ImportedQueue& queue : imported.queues) {
    table.Add({queue.name, queue.parent, AmountsText(queue.guaranteed), AmountsText(queue.limit),
               absl::StrCat(queue.weight.value_or(1)), absl::StrCat(queue.priority.value_or(0)),
               StateText(queue.state)});
  }
  table.Print(context.out());
}

absl::Status PrintManifests(CommandContext& context, const std::vector<Manifest>& manifests) {
  bool first = true;
  for (const Manifest& manifest : manifests) {
    TUTTI_ASSIGN_OR_RETURN(const std::string yaml, YamlText(manifest.json));
    context.out() << (first ? "" : "---\n") << yaml;
    first = false;
  }
  return absl::OkStatus();
}

Json ReportJson(const Imported& imported) {
  Json report = Json::array();
  for (const importer::ObjectReport& object : imported.reports) {
    Json notes = Json::array();
    for (const importer::Note& note : object.notes) {
      notes.push_back({{"verdict", importer::VerdictName(note.verdict)},
                       {"field", note.field},
                       {"text", note.text},
                       {"remedy", note.remedy}});
    }
    report.push_back({{"object", object.object},
                      {"where", object.where},
                      {"becomes", object.becomes},
                      {"notes", std::move(notes)}});
  }
  return report;
}

absl::Status PrintDocument(CommandContext& context, const Imported& imported,
                           const std::vector<Manifest>& manifests,
                           const std::vector<AppliedManifest>& applied) {
  Json document = {{"ok", importer::CountOf(Verdict::kConflict, imported) == 0}};
  Json& list = document["manifests"] = Json::array();
  for (const Manifest& manifest : manifests) list.push_back(Json::parse(manifest.json));
  document["report"] = ReportJson(imported);
  Json& results = document["applied"] = Json::array();
  for (const AppliedManifest& one : applied) {
    results.push_back({{"kind", one.manifest->kind},
                       {"namespace", one.manifest->ns},
                       {"name", one.manifest->name},
                       {"result", one.result}});
  }
  return PrintJson(context, document.dump(-1, ' ', false, Json::error_handler_t::replace));
}

ExitCode PrintDryRun(CommandContext& context, const Imported& imported,
                     const std::vector<Manifest>& manifests) {
  const OutputFormat output =
      context.options.output_chosen ? context.options.output : OutputFormat::kYaml;
  absl::Status printed;
  if (output == OutputFormat::kJson) {
    printed = PrintDocument(context, imported, manifests, {});
  } else if (output == OutputFormat::kYaml) {
    printed = PrintManifests(context, manifests);
  } else {
    PrintTable(context, imported);
  }
  if (!printed.ok()) return context.Fail(printed);
  return importer::CountOf(Verdict::kConflict, imported) == 0 ? ExitCode::kOk : ExitCode::kNo;
}

ExitCode Apply(CommandContext& context, const Imported& imported,
               const std::vector<Manifest>& manifests, Cluster& cluster) {
  const bool for_programs = ForPrograms(context.options.output);
  std::vector<AppliedManifest> applied;
  const bool may = importer::CountOf(Verdict::kConflict, imported) == 0;
  absl::Status status;
  if (may) {
    const absl::StatusOr<kube::Client*> client = cluster.Connect();
    if (!client.ok()) return context.Fail(client.status());
    const base::Duration timeout = context.options.timeout;
    status = ManifestApplier(**client, timeout, timeout).Apply(manifests, applied);
  } else if (!for_programs) {
    context.err() << "nothing was applied: mend the conflicts first\n";
  }
  if (for_programs) {
    const absl::Status printed = PrintDocument(context, imported, manifests, applied);
    if (!printed.ok()) return context.Fail(printed);
  } else {
    for (const AppliedManifest& one : applied) {
      const std::string ns = one.manifest->ns.empty() ? "" : one.manifest->ns + "/";
      context.out() << one.manifest->kind << " " << ns << one.manifest->name << " " << one.result
                    << "\n";
    }
  }
  if (!status.ok()) return context.Fail(status);
  return may ? ExitCode::kOk : ExitCode::kNo;
}

ExitCode Run(CommandContext& context, const Options& options) {
  Cluster cluster(context);
  const absl::StatusOr<Imported> imported = Import(context, options, cluster);
  if (!imported.ok()) return context.Fail(imported.status());
  const std::vector<Manifest> manifests = importer::WriteManifests(*imported);
  if (context.options.output != OutputFormat::kJson)
    context.err() << importer::ReportText(*imported);
  return options.apply ? Apply(context, *imported, manifests, cluster)
                       : PrintDryRun(context, *imported, manifests);
}

}  // namespace

void AddImportCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "import",
      "Print the queues of another scheduler as Queues of Tutti, with a report of what changes");
  const auto options = std::make_shared<Options>();
  std::vector<std::string> names;
  for (const std::string_view name : importer::PeerNames()) names.emplace_back(name);
  command.add_option("--from", options->from, "Whose: " + absl::StrJoin(names, ", "))
      ->required()
      ->check(CLI::IsMember(names).description(""));
  command.add_option(
      "-f,--filename", options->files,
      "Their manifests, YAML or JSON; - reads standard input; default: the cluster's");
  command.add_flag("--apply", options->apply,
                   "Write them by server-side apply, where nothing is in conflict");
  OnRun(command, context, [&context, options] { return Run(context, *options); });
}

}  // namespace tutti::cli
