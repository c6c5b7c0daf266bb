// CliWorld: the program in a process of its own making: a fake service, an environment, streams.
#pragma once

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "cli/connect.h"
#include "cli/tutti_app.h"
#include "tests/unit/cli/fake_control.h"

namespace tutti::cli {

struct CliWorld {
  std::shared_ptr<FakeControl> control = std::make_shared<FakeControl>();
  std::map<std::string, std::string> env;
  bool terminal = false;
  std::string input;
  std::string program = "tutti";
  std::function<absl::Status(const config::Configuration&)> make_plugins;

  std::string out;
  std::string err;

  // Words are separated by single spaces.
  ExitCode Run(const std::string& line) { return Run(absl::StrSplit(line, ' ')); }

  ExitCode Run(const std::vector<std::string>& arguments) {
    if (!server) {
      server = Serve(control);
      env["TUTTI_ADDRESS"] = absl::StrFormat("127.0.0.1:%d", server->port());
    }
    std::istringstream in(input);
    std::ostringstream out_stream;
    std::ostringstream err_stream;
    const auto environment = [this](const char* name) {
      const auto found = env.find(name);
      return found == env.end() ? std::string() : found->second;
    };
    const ExitCode code = RunTutti(arguments, Surroundings{
                                                  .in = in,
                                                  .out = out_stream,
                                                  .err = err_stream,
                                                  .out_is_terminal = terminal,
                                                  .err_is_terminal = terminal,
                                                  .env = environment,
                                                  .version = "1.2.3",
                                                  .program = program,
                                                  .make_plugins = make_plugins,
                                                  .connect =
                                                      [environment](const GlobalOptions& options) {
                                                        return Connect(options, environment);
                                                      },
                                              });
    out = out_stream.str();
    err = err_stream.str();
    return code;
  }

 private:
  std::unique_ptr<rpc::Server> server;
};

}  // namespace tutti::cli
