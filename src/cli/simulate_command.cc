#include "cli/simulate_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "cli/answer.h"
#include "cli/diagnosis_text.h"
#include "cli/gang_text.h"
#include "cli/human.h"
#include "cli/kube_access.h"
#include "cli/read_file.h"
#include "cli/table.h"
#include "cli/trace/simulate_trace_command.h"

namespace tutti::cli {
namespace {

constexpr size_t kMaxManifestBytes = size_t{1} << 20;  // as the service's own limit
constexpr int kNodesShown = 6;

absl::StatusOr<std::string> ReadManifest(CommandContext& context, const std::string& file) {
  if (file != "-") return ReadFile(file, kMaxManifestBytes);
  std::string text(kMaxManifestBytes + 1, '\0');
  context.in().read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(context.in().gcount()));
  if (text.size() > kMaxManifestBytes) {
    return absl::InvalidArgumentError(
        absl::StrFormat("the input is longer than %d bytes", kMaxManifestBytes));
  }
  return text;
}

// Several files are several documents.
absl::StatusOr<pb::SimulateRequest> MakeRequest(CommandContext& context,
                                                const std::vector<std::string>& files) {
  pb::SimulateRequest request;
  std::string& manifest = *request.mutable_manifest();
  for (const std::string& file : files) {
    TUTTI_ASSIGN_OR_RETURN(const std::string text, ReadManifest(context, file));
    if (!manifest.empty()) manifest += "\n---\n";
    manifest += text;
  }
  request.set_namespace_(NamespaceOf(context.options, context.surroundings().env));
  return request;
}

std::string Where(const pb::SimulatedGang& gang, bool all) {
  const int shown = all ? gang.nodes_size() : std::min(gang.nodes_size(), kNodesShown);
  std::vector<std::string> nodes;
  for (int i = 0; i < shown; ++i) {
    const pb::NodePods& node = gang.nodes(i);
    nodes.push_back(node.pods() == 1 ? node.node()
                                     : absl::StrFormat("%s (%d)", node.node(), node.pods()));
  }
  std::string text = absl::StrJoin(nodes, ", ");
  if (shown < gang.nodes_size())
    text += absl::StrFormat(" and %s more", Count(gang.nodes_size() - shown, "node"));
  return text;
}

std::string Name(const pb::SimulatedGang& gang) {
  return absl::StrFormat("%s %s", gang.single_pods() ? "Pods" : "Gang", gang.gang().name());
}

void Print(CommandContext& context, const pb::SimulatedGang& gang) {
  std::ostream& out = context.out();
  const Style style(context.colours());
  const bool wide = context.options.output == OutputFormat::kWide;
  out << style.Bold(Printable(Name(gang))) << " "
      << (gang.fits_now() ? style.Good("fits now") : style.Bad("does not fit now")) << "\n\n";
  PrintField(out, style, "Pods",
             absl::StrFormat("%d of %d get a node; %d needed", gang.placed(), gang.pods(),
                             gang.min_member()));
  PrintField(out, style, "Nodes", Where(gang, wide));
  std::vector<std::string> victims;
  for (const pb::PodRef& pod : gang.evicts())
    victims.push_back(pod.namespace_() + "/" + pod.name());
  PrintField(out, style, "Evicts", absl::StrJoin(victims, ", "));
  if (gang.fits_now()) return;
  PrintField(out, style, "Reason", ReasonText(gang.reason()));
  PrintField(out, style, "", gang.reason().text());
  PrintHolders(out, style, gang.waits_for(), gang.reason().resource());
  if (gang.position() > 0) PrintField(out, style, "Position", absl::StrCat(gang.position()));
  PrintField(out, style, "Starts", StartText(gang.start()));
  PrintField(out, style, "", StartBasisText(gang.start()));
  PrintField(out, style, "Ever",
             gang.fits_empty_cluster() ? "it fits once enough of what runs has ended"
                                       : "it does not fit even into an empty cluster");
  for (const pb::ClassDiagnosis& diagnosis : gang.classes()) {
    int64_t nodes = diagnosis.nodes_with_room();
    for (const pb::NodeCount& count : diagnosis.refused()) nodes += count.nodes();
    Classes one;
    *one.Add() = diagnosis;
    PrintClasses(out, style, one, nodes);
  }
  PrintRemedy(out, style, gang.remedy(), gang.reason().resource());
}

ExitCode RunTrace(CommandContext& context, const TraceOptions& options) {
  const base::SystemClock clock;
  const Surroundings& process = context.surroundings();
  return context.Finish(SimulateTrace(
      options,
      {context.out(), context.err(), process.err_is_terminal, clock, process.make_trace_plugins}));
}

ExitCode RunLive(CommandContext& context, const std::vector<std::string>& files) {
  const absl::StatusOr<pb::SimulateRequest> request = MakeRequest(context, files);
  if (!request.ok()) return context.Fail(request.status());
  const absl::StatusOr<ControlClient*> client = context.Control();
  if (!client.ok()) return context.Fail(client.status());
  const absl::StatusOr<pb::SimulateResponse> answer = Ask(**client, *request);
  if (!answer.ok()) return context.Fail(answer.status());
  const bool fits = std::all_of(answer->gangs().begin(), answer->gangs().end(),
                                [](const pb::SimulatedGang& gang) { return gang.fits_now(); });
  if (ForPrograms(context.options.output)) {
    const absl::Status printed = PrintMessage(context, *answer);
    if (!printed.ok()) return context.Fail(printed);
  } else {
    for (const pb::SimulatedGang& gang : answer->gangs()) {
      if (&gang != &answer->gangs(0)) context.out() << "\n";
      Print(context, gang);
    }
  }
  return fits ? ExitCode::kOk : ExitCode::kNo;
}

}  // namespace

void AddSimulateCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "simulate",
      "Say whether a job would fit now, where, and what it would wait for otherwise (-f); or run a "
      "log of jobs offline (--workload)");
  const auto files = std::make_shared<std::vector<std::string>>();
  const auto trace = std::make_shared<TraceOptions>();
  CLI::Option* live =
      command
          .add_option("-f,--filename", *files,
                      "Manifest of pods, jobs and pod groups, YAML or JSON; - reads standard input")
          ->allow_extra_args(false);
  AddTraceOptions(command, *trace);
  OnRun(command, context, [&context, live, files, trace] {
    if (live->count() > 0 && trace->asked()) {
      return context.Fail(absl::InvalidArgumentError(
          "-f asks the service about a job, --workload and --format run a log offline: give one"));
    }
    if (trace->asked()) return RunTrace(context, *trace);
    if (live->count() > 0) return RunLive(context, *files);
    return context.Fail(absl::InvalidArgumentError(
        "nothing to simulate: give a manifest with -f, or a log of jobs with --workload"));
  });
}

}  // namespace tutti::cli
