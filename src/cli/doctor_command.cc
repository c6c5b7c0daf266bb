#include "cli/doctor_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "cli/answer.h"
#include "cli/control_methods.h"
#include "cli/doctor/cluster_checks.h"
#include "cli/doctor/extender_probe.h"
#include "cli/doctor/scheduler_config.h"
#include "cli/doctor/scheduler_rules.h"
#include "cli/human.h"
#include "cli/kube_access.h"
#include "cli/read_file.h"
#include "cli/style.h"
#include "cli/table.h"
#include "config/load_configuration.h"
#include "kube/client.h"

namespace tutti::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxSchedulerConfigBytes = size_t{256} << 10;

struct Options {
  std::string scheduler_config;
  std::string tutti_config;
  std::string extender_url;
  std::string service_account = "kube-system/tutti";
  bool offline = false;
};

class Doctor {
 public:
  Doctor(CommandContext& context, const Options& options) : context_(context), options_(options) {}

  // Only inputs that cannot be read are errors.
  absl::StatusOr<Findings> Run() {
    TUTTI_RETURN_IF_ERROR(ReadTuttiConfig());
    TUTTI_RETURN_IF_ERROR(CheckSchedulerConfig());
    if (!options_.extender_url.empty()) TUTTI_RETURN_IF_ERROR(CheckExtender());
    if (options_.offline) return std::move(findings_);
    CheckApiServer();
    CheckService();
    return std::move(findings_);
  }

 private:
  void Append(Findings more) {
    findings_.insert(findings_.end(), std::make_move_iterator(more.begin()),
                     std::make_move_iterator(more.end()));
  }
  void Add(Verdict verdict, const char* check, std::string fact, std::string remedy = {}) {
    findings_.push_back({verdict, check, std::move(fact), std::move(remedy)});
  }

  absl::Status ReadTuttiConfig() {
    if (options_.tutti_config.empty()) return absl::OkStatus();
    TUTTI_ASSIGN_OR_RETURN(tutti_, config::LoadConfigurationFile(options_.tutti_config, nullptr));
    Add(Verdict::kOk, "tutti/config", options_.tutti_config + " has no mistakes");
    return absl::OkStatus();
  }

  const config::Configuration* tutti() const { return tutti_ ? &*tutti_ : nullptr; }

  absl::Status CheckSchedulerConfig() {
    if (options_.scheduler_config.empty()) {
      Add(Verdict::kSkipped, "scheduler/config", "kube-scheduler's file was not given",
          "give what kube-scheduler has as --config: --scheduler-config FILE");
      return absl::OkStatus();
    }
    TUTTI_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(options_.scheduler_config, kMaxSchedulerConfigBytes));
    TUTTI_ASSIGN_OR_RETURN(const SchedulerConfig scheduler,
                           ParseSchedulerConfig(text, options_.scheduler_config));
    Append(CheckScheduler(scheduler, tutti()));
    return absl::OkStatus();
  }

  absl::Status CheckExtender() {
    kube::Credentials address;
    address.server = options_.extender_url;
    while (address.server.ends_with("/")) address.server.pop_back();
    if (!absl::StartsWith(address.server, "http://")) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "--extender-url: got \"%s\", expected http:// and an address, as urlPrefix has on "
          "loopback",
          options_.extender_url));
    }
    TUTTI_ASSIGN_OR_RETURN(const std::unique_ptr<kube::Client> client,
                           kube::Client::Create(std::move(address), clock_));
    Append(ProbeExtender(*client, context_.options.timeout));
    return absl::OkStatus();
  }

  void CheckApiServer() {
    absl::StatusOr<kube::Credentials> credentials =
        FindCredentials(context_.options, context_.surroundings().env);
    absl::StatusOr<std::unique_ptr<kube::Client>> client =
        credentials.ok() ? kube::Client::Create(*std::move(credentials), clock_)
                         : credentials.status();
    if (!client.ok()) {
      return Add(Verdict::kProblem, "cluster/api-server", std::string(client.status().message()),
                 "name a kubeconfig with --kubeconfig, or leave the cluster out with --offline");
    }
    ClusterQuestions questions;
    questions.tutti = tutti();
    questions.service_account = options_.service_account;
    questions.timeout = context_.options.timeout;
    Append(CheckCluster(**client, clock_, questions));
  }

  void CheckService() {
    absl::StatusOr<ControlClient*> client = context_.Control();
    const absl::StatusOr<pb::ListPluginsResponse> plugins =
        client.ok() ? Ask(**client, pb::ListPluginsRequest()) : client.status();
    if (!plugins.ok()) {
      return Add(Verdict::kProblem, "service/control-api", std::string(plugins.status().message()),
                 "the other commands of this program need it (docs/cli.md)");
    }
    Add(Verdict::kOk, "service/control-api",
        absl::StrFormat("answers; %s run", Count(plugins->plugins_size(), "plugin")));
  }

  CommandContext& context_;
  const Options& options_;
  const base::SystemClock clock_;
  std::optional<config::Configuration> tutti_;
  Findings findings_;
};

int64_t CountOf(const Findings& findings, Verdict verdict) {
  return std::count_if(findings.begin(), findings.end(),
                       [verdict](const Finding& finding) { return finding.verdict == verdict; });
}

std::string Coloured(Verdict verdict, const Style& style) {
  const std::string name = absl::StrFormat("%-8s", VerdictName(verdict));
  switch (verdict) {
    case Verdict::kOk:
      return style.Good(name);
    case Verdict::kWarning:
      return style.Warn(name);
    case Verdict::kProblem:
      return style.Bad(name);
    case Verdict::kSkipped:
      return style.Dim(name);
  }
  return name;
}

void Print(CommandContext& context, const Findings& findings) {
  const Style style(context.colours());
  size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.check.size());
  for (const Finding& finding : findings) {
    context.out() << Coloured(finding.verdict, style) << " "
                  << absl::StrFormat("%-*s  %s\n", width, finding.check, Printable(finding.fact));
    if (!finding.remedy.empty()) {
      context.out() << std::string(9 + width + 2, ' ') << style.Bold("-> ")
                    << Printable(finding.remedy) << "\n";
    }
  }
  context.out() << "\n"
                << Count(CountOf(findings, Verdict::kProblem), "problem") << ", "
                << Count(CountOf(findings, Verdict::kWarning), "warning") << ", "
                << CountOf(findings, Verdict::kSkipped) << " skipped\n";
}

absl::Status PrintForPrograms(CommandContext& context, const Findings& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"check", finding.check},
                    {"verdict", VerdictName(finding.verdict)},
                    {"fact", finding.fact},
                    {"remedy", finding.remedy}});
  }
  const Json document = {{"ok", CountOf(findings, Verdict::kProblem) == 0}, {"findings", list}};
  return PrintJson(context, document.dump(-1, ' ', false, Json::error_handler_t::replace));
}

ExitCode Run(CommandContext& context, const Options& options) {
  const absl::StatusOr<Findings> findings = Doctor(context, options).Run();
  if (!findings.ok()) return context.Fail(findings.status());
  if (ForPrograms(context.options.output)) {
    const absl::Status printed = PrintForPrograms(context, *findings);
    if (!printed.ok()) return context.Fail(printed);
  } else {
    Print(context, *findings);
  }
  return CountOf(*findings, Verdict::kProblem) == 0 ? ExitCode::kOk : ExitCode::kNo;
}

}  // namespace

void AddDoctorCommand(CLI::App& parent, CommandContext& context) {
  CLI::App& command = *parent.add_subcommand(
      "doctor",
      "Check that kube-scheduler and the cluster are set up for Tutti, and say what to "
      "mend");
  const auto options = std::make_shared<Options>();
  command.add_option("--scheduler-config", options->scheduler_config,
                     "kube-scheduler's own configuration file (KubeSchedulerConfiguration)");
  command.add_option("--config", options->tutti_config, "Tutti's configuration file");
  command.add_option("--extender-url", options->extender_url,
                     "Ask the extender at this http:// address as kube-scheduler does");
  command
      .add_option("--service-account", options->service_account,
                  "Whose rights to look at: NAMESPACE/NAME of Tutti's service account")
      ->capture_default_str();
  command.add_flag("--offline", options->offline, "Look at files only, not at a cluster");
  OnRun(command, context, [&context, options] { return Run(context, *options); });
}

}  // namespace tutti::cli
