// tutti: the command line program. Installed as kubectl-tutti as well, which makes it
// `kubectl tutti`.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "apps/plugin_runtime.h"
#include "apps/replay_world.h"
#include "apps/trace_plugins.h"
#include "cli/connect.h"
#include "cli/tutti_app.h"

namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

bool CalledByKubectl(const char* program) {
  const std::string name(program == nullptr ? "" : program);
  return name.substr(name.rfind('/') + 1).starts_with("kubectl-");
}

}  // namespace

int main(int argc, char** argv) {
  ::signal(SIGPIPE, SIG_IGN);  // of connections; a closed stdout ends as a failed write
  tutti::cli::Surroundings surroundings{
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
      .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
      .env = Environment,
      .version = TUTTI_VERSION,
      .program = argc > 0 && CalledByKubectl(argv[0]) ? "kubectl tutti" : "tutti",
      .make_plugins =
          [](const tutti::config::Configuration& configuration) {
            return tutti::apps::PluginRuntime::Make(configuration.plugins).status();
          },
      .make_trace_plugins = tutti::apps::MakeTracePlugins,
      .make_world = tutti::apps::MakeReplayWorld,
      .connect =
          [](const tutti::cli::GlobalOptions& options) {
            return tutti::cli::Connect(options, Environment);
          },
  };
  return static_cast<int>(tutti::cli::RunTutti(std::vector<std::string>(argv + 1, argv + argc),
                                               std::move(surroundings)));
}
