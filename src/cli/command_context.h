// CommandContext: what a command has of the world: where it writes, the options that every command
// has, the service. Lives as long as the run; one thread.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "cli/exit_code.h"
#include "record/replay_world.h"

namespace CLI {
class App;
}  // namespace CLI

namespace tutti::config {
struct Configuration;
struct Plugin;
}  // namespace tutti::config

namespace tutti::cli {

class ControlClient;
class TracePlugins;

enum class OutputFormat { kTable, kWide, kJson, kYaml };

// The options that every command has.
struct GlobalOptions {
  OutputFormat output = OutputFormat::kTable;
  bool output_chosen = false;  // by -o: a command may have another default than a table
  std::string server;          // host:port or unix:///path; empty: through the API server
  std::string kubeconfig;  // empty: $KUBECONFIG, ~/.kube/config, the service account of this Pod
  std::string context;     // empty: the kubeconfig's current-context
  std::string ns;          // empty: the namespace of the kubeconfig's context
  std::string service = "kube-system/tutti-control";  // NAMESPACE/NAME[:PORT] for the API server
  std::string ca_file;                                // of --server: TLS; empty: plain text
  std::string cert_file;
  std::string key_file;
  base::Duration timeout = std::chrono::seconds(10);  // of a command's calls, each
};

// The process that the command runs in; tests bring their own.
struct Surroundings {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;  // colours and progress; scripts get neither
  bool err_is_terminal = false;
  std::function<std::string(const char* name)> env = nullptr;  // empty where it is not set
  std::string version = {};
  std::string program = "tutti";  // how help calls it: "tutti" or "kubectl tutti"
  // Makes the plugins that a configuration names, and drops them; null: not checked.
  std::function<absl::Status(const config::Configuration&)> make_plugins = nullptr;
  // The plugins of `tutti simulate --workload`, whose time is `clock`; null: it has none.
  std::function<absl::StatusOr<std::unique_ptr<TracePlugins>>(const std::vector<config::Plugin>&,
                                                              const base::Clock& clock)>
      make_trace_plugins = nullptr;
  // The world that a decision log was recorded in, with its plugins; null: one without plugins.
  record::MakeWorld make_world = nullptr;
  // How the service is reached; called at most once, when a command first needs it.
  std::function<absl::StatusOr<std::unique_ptr<ControlClient>>(const GlobalOptions&)> connect =
      nullptr;
};

class CommandContext {
 public:
  explicit CommandContext(Surroundings surroundings);
  ~CommandContext();
  CommandContext(const CommandContext&) = delete;
  CommandContext& operator=(const CommandContext&) = delete;

  std::istream& in() { return surroundings_.in; }
  std::ostream& out() { return surroundings_.out; }
  std::ostream& err() { return surroundings_.err; }
  const Surroundings& surroundings() const { return surroundings_; }
  // Only on a terminal, and where NO_COLOR and TERM=dumb do not forbid it.
  bool colours() const;

  // The service; connected at the first call. Errors say what was tried.
  absl::StatusOr<ControlClient*> Control();

  // Writes "error: ..." and answers the code for it.
  ExitCode Fail(const absl::Status& status);
  // The end of a command: as Fail, or kOk.
  ExitCode Finish(const absl::Status& status);

  GlobalOptions options;
  ExitCode exit = ExitCode::kOk;

 private:
  const Surroundings surroundings_;
  std::unique_ptr<ControlClient> control_;
};

// Has `run` decide the exit code where `command` is the one that was asked for.
void OnRun(CLI::App& command, CommandContext& context, std::function<ExitCode()> run);

// A command that only holds others: `tutti gang` prints its help.
CLI::App& AddGroup(CLI::App& parent, const std::string& name, const std::string& description);

}  // namespace tutti::cli
