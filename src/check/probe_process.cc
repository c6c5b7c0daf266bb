#include "check/probe_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <optional>

namespace tutti::check {
namespace {

using SteadyClock = std::chrono::steady_clock;

// So many messages in all: more than any plugin of good faith makes us send.
constexpr size_t kMostBytes = size_t{8} << 20;

void WriteAll(int fd, const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(fd, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the parent is gone, and we shall be at once
    at += written;
    size -= static_cast<size_t>(written);
  }
}

[[noreturn]] void BeChild(int pipe, pid_t parent,
                          const std::function<void(const Messenger&)>& work) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  // A crash shall be a crash, whatever a sanitizer or our caller does of such signals.
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT})
    ::signal(signal, SIG_DFL);
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  if (const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC); null >= 0)
    ::dup2(null, STDIN_FILENO);
  const Messenger messenger(pipe);
  work(messenger);
  const uint32_t end = UINT32_MAX;
  WriteAll(pipe, &end, sizeof end);
  ::_exit(0);  // no exit handlers: they are the parent's, or the plugin's
}

// The parent's half: messages, each after its length, and a length of UINT32_MAX as the end.
class Reader {
 public:
  Reader(int fd, const std::function<void(std::string_view)>& on_message)
      : fd_(fd), on_message_(on_message) {}

  // nullopt: the child has said no more, and is still running.
  std::optional<ProbeEnd::How> ReadUntilSilent(std::chrono::milliseconds limit) {
    auto deadline = SteadyClock::now() + limit;
    while (true) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now());
      pollfd poll = {fd_, POLLIN, 0};
      const int ready = ::poll(&poll, 1, static_cast<int>(std::max<int64_t>(0, left.count())));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return std::nullopt;
      char chunk[16384];
      const ssize_t got = ::read(fd_, chunk, sizeof chunk);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return done_ ? ProbeEnd::How::kDone : ProbeEnd::How::kExited;
      total_ += static_cast<size_t>(got);
      buffer_.append(chunk, static_cast<size_t>(got));
      if (total_ > kMostBytes || !TakeMessages()) return ProbeEnd::How::kFlooded;
      if (done_) return ProbeEnd::How::kDone;
      deadline = SteadyClock::now() + limit;
    }
  }

 private:
  // False: what stands there is none of ours.
  bool TakeMessages() {
    uint32_t size = 0;
    while (buffer_.size() >= sizeof size) {
      std::memcpy(&size, buffer_.data(), sizeof size);
      if (size == UINT32_MAX) {
        done_ = true;
        return true;
      }
      if (size > Messenger::kLongestMessage) return false;
      if (buffer_.size() < sizeof size + size) return true;
      on_message_(std::string_view(buffer_).substr(sizeof size, size));
      buffer_.erase(0, sizeof size + size);
    }
    return true;
  }

  const int fd_;
  const std::function<void(std::string_view)>& on_message_;
  std::string buffer_;
  size_t total_ = 0;
  bool done_ = false;
};

// Whether the child, whose pipe is closed, ends by itself: closing it is no end.
bool EndsWithin(pid_t child, std::chrono::milliseconds limit) {
  // Debian 12 declares pidfd_open as a C++ function, which nobody defines.
  const auto process = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  if (process < 0) return false;
  pollfd poll = {process, POLLIN, 0};
  const int ready = ::poll(&poll, 1, static_cast<int>(limit.count()));
  ::close(process);
  return ready > 0;
}

ProbeEnd Bury(pid_t child, std::optional<ProbeEnd::How> how, std::chrono::milliseconds limit) {
  const bool ended = how == ProbeEnd::How::kExited && EndsWithin(child, limit);
  if (how == ProbeEnd::How::kExited && !ended) how = std::nullopt;
  if (!ended) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  ::kill(-child, SIGKILL);  // what it may have left behind
  if (!how) return {ProbeEnd::How::kTimedOut, 0};
  if (!ended) return {*how, 0};
  if (WIFSIGNALED(status)) return {ProbeEnd::How::kKilled, WTERMSIG(status)};
  return {ProbeEnd::How::kExited, WEXITSTATUS(status)};
}

}  // namespace

void Messenger::Send(std::string_view message) const {
  message = message.substr(0, kLongestMessage);
  const auto size = static_cast<uint32_t>(message.size());
  std::string framed(sizeof size, '\0');
  std::memcpy(framed.data(), &size, sizeof size);
  framed.append(message);
  WriteAll(fd_, framed.data(), framed.size());
}

ProbeEnd RunProbe(const std::function<void(const Messenger&)>& work,
                  const std::function<void(std::string_view)>& on_message,
                  std::chrono::milliseconds limit) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return {ProbeEnd::How::kFailed, errno};
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    BeChild(pipe[1], parent, work);
  }
  const int error = errno;
  ::close(pipe[1]);
  if (child < 0) {
    ::close(pipe[0]);
    return {ProbeEnd::How::kFailed, error};
  }
  ::setpgid(child, child);  // whoever comes first
  const std::optional<ProbeEnd::How> how = Reader(pipe[0], on_message).ReadUntilSilent(limit);
  ::close(pipe[0]);
  return Bury(child, how, limit);
}

}  // namespace tutti::check
