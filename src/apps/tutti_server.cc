// tutti-server: the service that kube-scheduler calls.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>

#include "apps/server.h"
#include "config/load_configuration.h"
#include "config/reference.h"

namespace {

namespace config = tutti::config;
namespace obs = tutti::obs;

constexpr char kVersion[] = TUTTI_VERSION;

obs::Logger MakeLogger(const config::Logging& logging) {
  return obs::Logger::ToStderr(
      static_cast<obs::LogLevel>(static_cast<int>(logging.level)),
      logging.format == config::LogFormat::kJson ? obs::LogFormat::kJson : obs::LogFormat::kText);
}

// Signals are taken by sigwait in the main thread alone; every other thread inherits the mask.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int Serve(const std::string& config_file, const std::string& doors_file) {
  std::vector<config::Problem> warnings;
  absl::StatusOr<config::Configuration> configuration =
      config::LoadConfigurationFile(config_file, &warnings);
  for (const config::Problem& warning : warnings)
    std::cerr << "warning: " << warning.ToString() << "\n";
  if (!configuration.ok()) {
    std::cerr << configuration.status().message() << "\n";
    return 2;
  }
  const sigset_t signals = BlockSignals();
  const obs::Logger log = MakeLogger(configuration->logging);
  const auto server = tutti::apps::Server::Start(*std::move(configuration), log, kVersion);
  if (!server.ok()) {
    log.Error("start", {{"problem", std::string(server.status().message())}});
    return 1;
  }
  std::ofstream doors(doors_file);
  for (const auto& door : (*server)->doors()) {
    log.Info("listening", {{"door", door.name}, {"address", door.address}});
    doors << door.name << " " << door.address << "\n";
  }
  doors.close();
  int signal = 0;
  sigwait(&signals, &signal);
  log.Info("stopping", {{"signal", signal}});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Tutti: gangs for a stock kube-scheduler, through its extender webhook"};
  std::string config_file;
  std::string doors_file = "/dev/null";
  bool print_defaults = false;
  app.add_option("--config", config_file, "Configuration file (kind: TuttiConfiguration)");
  app.add_option("--doors-file", doors_file,
                 "Where to write the address of each door once it listens");
  app.add_flag("--print-defaults", print_defaults,
               "Print a complete configuration file with every default");
  app.set_version_flag("--version", kVersion);
  CLI11_PARSE(app, argc, argv);
  if (print_defaults) {
    std::cout << config::DefaultsYaml();
    return 0;
  }
  if (config_file.empty()) {
    std::cerr
        << "tutti-server: --config FILE is missing; --print-defaults shows what may stand in it\n";
    return 2;
  }
  return Serve(config_file, doors_file);
}
