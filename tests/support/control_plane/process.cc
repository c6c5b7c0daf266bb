#include "tests/support/control_plane/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/strings/str_format.h"

namespace tutti::testing {
namespace {

constexpr base::Duration kReapPoll = std::chrono::milliseconds(5);

// Only async-signal-safe calls: other threads may have held any lock at the fork.
[[noreturn]] void Become(const std::vector<char*>& argv, const std::vector<char*>& envp, int log,
                         pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(126);
  ::setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  for (int fd = 3; fd < 1024; ++fd) ::close(fd);
  ::execvpe(argv[0], argv.data(), envp.data());
  ::_exit(127);
}

}  // namespace

absl::StatusOr<Process> Process::Start(std::vector<std::string> command,
                                       const std::string& log_file,
                                       std::vector<std::string> environment) {
  std::vector<char*> argv;
  for (std::string& part : command) argv.push_back(part.data());
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (char** variable = environ; *variable != nullptr; ++variable) envp.push_back(*variable);
  for (std::string& variable : environment) envp.push_back(variable.data());
  envp.push_back(nullptr);
  const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (log < 0) return absl::InternalError("cannot write " + log_file);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) Become(argv, envp, log, parent);
  ::close(log);
  if (pid < 0) return absl::InternalError("cannot fork for " + command[0]);
  Process process;
  process.pid_ = pid;
  process.log_file_ = log_file;
  return process;
}

Process::Process(Process&& other) noexcept { *this = std::move(other); }

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  Kill();
  pid_ = std::exchange(other.pid_, -1);
  status_ = other.status_;
  log_file_ = std::move(other.log_file_);
  return *this;
}

Process::~Process() { Kill(); }

bool Process::running() {
  if (pid_ < 0) return false;
  if (::waitpid(pid_, &status_, WNOHANG) == 0) return true;
  pid_ = -1;
  return false;
}

void Process::Signal(int signal) {
  if (pid_ > 0) ::kill(pid_, signal);
}

void Process::Pause() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGSTOP);
  siginfo_t info = {};
  // Ended instead: left to be reaped by running().
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT);
}

void Process::Kill() {
  if (pid_ <= 0) return;
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, &status_, 0);
  pid_ = -1;
}

int Process::Terminate(base::Duration grace) {
  Signal(SIGTERM);
  const auto until = std::chrono::steady_clock::now() + grace;
  while (running() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(kReapPoll);
  Kill();
  return status_;
}

base::Duration Process::cpu_time() const {
  std::istringstream stat(ReadFile(absl::StrFormat("/proc/%d/stat", pid_)));
  std::string field;
  int64_t ticks = 0;
  for (int i = 1; i <= 15 && stat >> field; ++i) {
    if (i >= 14) ticks += std::atoll(field.c_str());
  }
  return std::chrono::nanoseconds(ticks * (1'000'000'000 / ::sysconf(_SC_CLK_TCK)));
}

int64_t Process::resident_bytes() const {
  std::istringstream statm(ReadFile(absl::StrFormat("/proc/%d/statm", pid_)));
  int64_t total = 0;
  int64_t resident = 0;
  statm >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

TempDir::TempDir(const std::string& parent) {
  std::string base = parent;
  if (base.empty()) base = std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
  std::string pattern = base + "/tutti-XXXXXX";
  const char* made = ::mkdtemp(pattern.data());
  path_ = made != nullptr ? pattern : "";
}

TempDir::~TempDir() {
  std::error_code ignored;
  if (!path_.empty() && std::getenv("TUTTI_KEEP") == nullptr)
    std::filesystem::remove_all(path_, ignored);
}

uint16_t FreePort() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  if (fd >= 0) ::close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string Tail(const std::string& path, size_t bytes) {
  const std::string text = ReadFile(path);
  return text.size() <= bytes ? text : text.substr(text.size() - bytes);
}

}  // namespace tutti::testing
