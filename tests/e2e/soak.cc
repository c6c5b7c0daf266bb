// soak: many kills of the server during gang binding; prints what must not have happened.
#include <CLI/CLI.hpp>
#include <iostream>

#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"
#include "tests/support/control_plane/crash_loop.h"

int main(int argc, char** argv) {
  CLI::App app{"kill -9 of tutti-server during gang binding"};
  tutti::testing::CrashLoopOptions options;
  options.kills = 1000;
  options.kills_per_check = 25;
  app.add_option("--kills", options.kills);
  app.add_option("--seed", options.seed);
  CLI11_PARSE(app, argc, argv);
  const auto result = tutti::testing::CrashLoop(options).Run();
  if (!result.ok()) {
    std::cerr << "soak did not run: " << result.status() << "\n";
    return 1;
  }
  for (const std::string& bad : result->bad) std::cout << bad << "\n";
  std::cout << absl::StrFormat("figure soak_kills %d count\nfigure soak_bad %d count\n",
                               result->kills, result->bad.size());
  return result->bad.empty() ? 0 : 1;
}
