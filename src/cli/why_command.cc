#include "cli/why_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/nearest.h"
#include "base/status_macros.h"
#include "cli/answer.h"
#include "cli/diagnosis_text.h"
#include "cli/gang_text.h"
#include "cli/human.h"
#include "cli/kube_access.h"
#include "cli/marker_text.h"
#include "cli/table.h"

namespace tutti::cli {
namespace {

constexpr int kDomainsShown = 5;

enum class Kind { kAny, kGang, kJob, kPod };

struct Subject {
  Kind kind = Kind::kAny;
  std::string name;
};

absl::StatusOr<Kind> KindOf(const std::string& text) {
  static const std::vector<std::pair<std::string_view, Kind>> names = {
      {"gang", Kind::kGang}, {"gangs", Kind::kGang},    {"job", Kind::kJob},
      {"jobs", Kind::kJob},  {"pod", Kind::kPod},       {"pods", Kind::kPod},
      {"po", Kind::kPod},    {"podgroup", Kind::kGang}, {"podgroups", Kind::kGang},
      {"pg", Kind::kGang}};
  // "job.batch" and "podgroup.scheduling.x-k8s.io" are kubectl's long forms.
  const std::string stem = absl::AsciiStrToLower(text.substr(0, text.find('.')));
  std::vector<std::string_view> candidates;
  for (const auto& [name, kind] : names) {
    if (name == stem) return kind;
    candidates.push_back(name);
  }
  const std::string_view nearest = base::Nearest(stem, candidates);
  return absl::InvalidArgumentError(absl::StrFormat(
      "\"%s\" is no kind that can be asked for%s; expected gang, job, podgroup or pod, as in "
      "\"tutti why job/train\"",
      Printable(text), nearest.empty() ? "" : absl::StrFormat(" (did you mean %s?)", nearest)));
}

absl::StatusOr<Subject> ParseSubject(const std::vector<std::string>& words) {
  std::vector<std::string> parts = words;
  if (words.size() == 1) parts = absl::StrSplit(words[0], absl::MaxSplits('/', 1));
  Subject subject;
  subject.name = parts.back();
  if (parts.size() == 2) {
    TUTTI_ASSIGN_OR_RETURN(subject.kind, KindOf(parts[0]));
  }
  if (subject.name.empty() || subject.name.find('/') != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrFormat("\"%s\" names no object; expected NAME, KIND/NAME or KIND NAME",
                        Printable(absl::StrJoin(words, " "))));
  }
  return subject;
}

pb::ExplainRequest Gang(const std::string& ns, const std::string& name, const char* dialect) {
  pb::ExplainRequest request;
  request.mutable_gang()->set_namespace_(ns);
  request.mutable_gang()->set_name(name);
  request.mutable_gang()->set_dialect(dialect);
  return request;
}

pb::ExplainRequest Pod(const std::string& ns, const std::string& name) {
  pb::ExplainRequest request;
  request.mutable_pod()->set_namespace_(ns);
  request.mutable_pod()->set_name(name);
  return request;
}

// What may be meant, in the order in which it is looked for.
std::vector<pb::ExplainRequest> Meanings(const Subject& subject, const std::string& ns) {
  switch (subject.kind) {
    case Kind::kGang:
      return {Gang(ns, subject.name, "")};
    case Kind::kJob:  // its pods may be a gang by markers of their own, too
      return {Gang(ns, subject.name, "job"), Gang(ns, subject.name, "")};
    case Kind::kPod:
      return {Pod(ns, subject.name)};
    case Kind::kAny:
      break;
  }
  return {Gang(ns, subject.name, ""), Pod(ns, subject.name)};
}

absl::StatusOr<pb::Explanation> Explain(ControlClient& client, const Subject& subject,
                                        const std::string& ns) {
  absl::Status not_found;
  for (const pb::ExplainRequest& request : Meanings(subject, ns)) {
    absl::StatusOr<pb::Explanation> answer = Ask(client, request);
    if (answer.ok() || !absl::IsNotFound(answer.status())) return answer;
    not_found = answer.status();
  }
  return absl::NotFoundError(absl::StrFormat("Tutti knows no %s \"%s\" in namespace %s: %s",
                                             subject.kind == Kind::kPod   ? "pod"
                                             : subject.kind == Kind::kAny ? "gang or pod"
                                                                          : "gang",
                                             Printable(subject.name), Printable(ns),
                                             not_found.message()));
}

std::string Title(const pb::Explanation& answer) {
  if (answer.has_pod()) {
    std::string title =
        absl::StrFormat("Pod %s in namespace %s: %s", answer.pod().name(),
                        answer.pod().namespace_(), MemberStateText(answer.pod_state()));
    if (!answer.node().empty()) title += " on " + answer.node();
    if (answer.has_gang()) title += absl::StrFormat(", of gang %s", answer.gang().ref().name());
    return Printable(title);
  }
  const pb::GangRef& ref = answer.gang().ref();
  return Printable(absl::StrFormat("Gang %s in namespace %s (%s): %s", ref.name(), ref.namespace_(),
                                   ref.dialect(), PhaseText(answer.gang().phase())));
}

std::string Position(const pb::Explanation& answer) {
  if (answer.position() == 0) return {};
  std::string text = absl::StrFormat("%d of %d", answer.position(), answer.queue_length());
  if (!answer.gang().queue().empty()) text += " in queue " + answer.gang().queue();
  if (answer.gang().head()) text += "; room is reserved for it";
  return text;
}

std::string Starts(const pb::StartRange& start) {
  if (start.has_earliest_seconds() && start.has_latest_seconds()) {
    return absl::StrFormat("in %s to %s, as it looks now", HumanAge(start.earliest_seconds()),
                           HumanAge(start.latest_seconds()));
  }
  if (start.has_latest_seconds())
    return absl::StrFormat("within %s, as it looks now", HumanAge(start.latest_seconds()));
  if (!start.has_earliest_seconds()) return {};
  return absl::StrFormat("in %s or later: not all that hold its room say how long they run",
                         HumanAge(start.earliest_seconds()));
}

void PrintDomains(std::ostream& out, const Style& style, const pb::Explanation& answer, bool all) {
  if (answer.domains().empty()) return;
  out << "\n" << style.Bold("Domains that plugins offer") << "\n";
  const int shown = all ? answer.domains_size() : std::min(answer.domains_size(), kDomainsShown);
  for (int i = 0; i < shown; ++i) {
    const pb::DomainRoom& domain = answer.domains(i);
    out << absl::StrFormat("  %s: room for %d of its pods on %s\n", Printable(domain.name()),
                           domain.room(), Count(domain.nodes(), "node"));
  }
  if (shown < answer.domains_size()) {
    out << absl::StrFormat("  and %d more: -o wide shows them\n", answer.domains_size() - shown);
  }
}

void Print(CommandContext& context, const pb::Explanation& answer) {
  std::ostream& out = context.out();
  const Style style(context.colours());
  out << style.Bold(Title(answer)) << "\n\n";
  PrintField(out, style, "Reason", ReasonText(answer.reason()));
  PrintField(out, style, "", answer.reason().text());
  PrintField(out, style, "", answer.gang().detail());
  PrintHolders(out, style, answer.holders(), answer.reason().resource());
  if (answer.has_gang()) PrintField(out, style, "Members", MembersText(answer.gang()));
  PrintField(out, style, "Position", Position(answer));
  PrintField(out, style, "Starts", Starts(answer.start()));
  if (answer.has_gang()) PrintField(out, style, "Waited", HumanAge(answer.gang().waited_seconds()));
  PrintMarkerConflicts(out, style, answer.gang().markers());
  PrintClasses(out, style, answer.classes(), answer.nodes());
  PrintDomains(out, style, answer, context.options.output == OutputFormat::kWide);
  PrintRemedy(out, style, answer.remedy(), answer.reason().resource());
}

ExitCode Run(CommandContext& context, const std::vector<std::string>& words) {
  const absl::StatusOr<Subject> subject = ParseSubject(words);
  if (!subject.ok()) return context.Fail(subject.status());
  const absl::StatusOr<ControlClient*> client = context.Control();
  if (!client.ok()) return context.Fail(client.status());
  const absl::StatusOr<pb::Explanation> answer =
      Explain(**client, *subject, NamespaceOf(context.options, context.surroundings().env));
  if (!answer.ok()) return context.Fail(answer.status());
  if (ForPrograms(context.options.output)) return context.Finish(PrintMessage(context, *answer));
  Print(context, *answer);
  return ExitCode::kOk;
}

}  // namespace

void AddWhyCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command =
      *parent.add_subcommand("why", "Say why a gang, job or pod waits, and what must happen");
  const auto words = std::make_shared<std::vector<std::string>>();
  command
      .add_option("object", *words,
                  "NAME (a gang, else a pod), KIND/NAME or KIND NAME; KIND is gang, job, podgroup "
                  "or pod")
      ->required()
      ->expected(1, 2);
  OnRun(command, context, [&context, words] { return Run(context, *words); });
}

}  // namespace tutti::cli
