// TuttiProgram: the command line program that stands beside the server's, as a user runs it.
#pragma once

#include <sys/wait.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "tests/support/control_plane/control_plane.h"
#include "tests/support/control_plane/process.h"
#include "tests/support/control_plane/tutti_process.h"

namespace tutti::testing {

struct Ran {
  int exit = -1;
  std::string text;  // of both streams
};

// With the control plane's kubeconfig. Waits for its end.
inline Ran RunTutti(ControlPlane& plane, std::vector<std::string> arguments) {
  static int runs = 0;
  const std::filesystem::path program =
      std::filesystem::path(TuttiServerBinary()).parent_path() / "tutti";
  arguments.insert(arguments.begin(), program.string());
  const std::string log = absl::StrFormat("%s/program-%d.log", plane.dir(), ++runs);
  absl::StatusOr<Process> process =
      Process::Start(arguments, log, {"KUBECONFIG=" + plane.kubeconfig()});
  if (!process.ok()) return {-1, std::string(process.status().message())};
  plane.WaitFor([&] { return !process->running(); });
  const int status = process->Terminate();
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, ReadFile(log)};
}

}  // namespace tutti::testing
