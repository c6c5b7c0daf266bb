// tutti-check: what is wrong with a plugin, before a server runs it.
#include <CLI/CLI.hpp>
#include <iostream>

#include "check/plugin_check.h"

namespace {

// Part of the interface: docs/plugin-author-guide.md.
enum ExitCode { kPassed = 0, kFound = 1, kUsage = 2 };

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Loads a plugin for Tutti in a process of its own and holds it to its contract"};
  tutti::check::CheckOptions options;
  std::string output = "text";
  double seconds = std::chrono::duration<double>(options.probe_limit).count();
  app.add_option("plugin", options.file, "The shared object")->required();
  app.add_option("--config", options.config,
                 "A TuttiConfiguration with the plugin's entry: its args");
  app.add_option("--probe-timeout", seconds, "So many seconds may one probe take")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0));
  app.add_option("-o,--output", output, "text or json")
      ->capture_default_str()
      ->check(CLI::IsMember({"text", "json"}));
  app.footer("Exit status: 0 passed, 1 something is wrong with the plugin, 2 wrong usage");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kPassed : kUsage;
  }
  options.probe_limit = std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
  const auto report = tutti::check::CheckPlugin(options);
  if (!report.ok()) {
    std::cerr << "tutti-check: " << report.status().message() << "\n";
    return kUsage;
  }
  std::cout << (output == "json" ? ToJson(*report) : ToText(*report));
  return report->passed() ? kPassed : kFound;
}
