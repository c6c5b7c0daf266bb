// Process: a child that never outlives its parent, and the folders and ports that such children
// need.
#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"

namespace tutti::testing {

// Killed with its parent (also when that dies of SIGKILL) and by the destructor. Output goes to a
// log file.
class Process {
 public:
  static absl::StatusOr<Process> Start(std::vector<std::string> command,
                                       const std::string& log_file,
                                       std::vector<std::string> environment = {});
  Process() = default;
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  bool running();  // reaps it where it has ended
  // SIGSTOP; returns when no thread of it runs any more. A signal alone takes effect at some later
  // moment.
  void Pause();
  void Resume() { Signal(SIGCONT); }
  // SIGTERM, and SIGKILL after `grace`. Answers the exit status as waitpid gives it.
  int Terminate(base::Duration grace = std::chrono::seconds(10));
  void Kill();
  pid_t pid() const { return pid_; }
  const std::string& log_file() const { return log_file_; }
  // CPU time used so far, all threads.
  base::Duration cpu_time() const;
  int64_t resident_bytes() const;

 private:
  void Signal(int signal);

  pid_t pid_ = -1;
  int status_ = 0;
  std::string log_file_;
};

// Removed with everything in it; kept where the environment variable TUTTI_KEEP is set.
class TempDir {
 public:
  explicit TempDir(
      const std::string& parent = "");  // empty: /dev/shm where there is one, else /tmp
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Free at the moment of asking: whoever needs it may lose the race and must ask again.
uint16_t FreePort();

std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& text);
// The last lines of a log, for failure messages.
std::string Tail(const std::string& path, size_t bytes = 2000);

}  // namespace tutti::testing
