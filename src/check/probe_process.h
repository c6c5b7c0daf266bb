// ProbeProcess: code that may crash or hang, in a child process that can do nobody else any harm.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace tutti::check {

// The child's way to its parent.
class Messenger {
 public:
  explicit Messenger(int fd) : fd_(fd) {}
  // At most kLongestMessage bytes, what is longer is cut; returns when the parent's pipe has it.
  void Send(std::string_view message) const;

  static constexpr size_t kLongestMessage = size_t{64} << 10;

 private:
  int fd_;
};

// How the child ended.
struct ProbeEnd {
  enum class How {
    kDone,      // `work` returned
    kExited,    // somebody called exit; `number`: the status
    kKilled,    // by a signal; `number`: which one
    kTimedOut,  // no message and no end within the limit
    kFlooded,   // it wrote what no child of ours writes
    kFailed,    // no child could be made; `number`: errno
  };
  How how = How::kDone;
  int number = 0;
};

// Runs `work` in a copy of this process and hands each of its messages to `on_message`, here. The
// child and whatever it has started is killed when there is neither message nor end for `limit`,
// and with its parent. Its standard output is our standard error. The caller must have no other
// threads: a copy has none of them, but all of their locks.
ProbeEnd RunProbe(const std::function<void(const Messenger&)>& work,
                  const std::function<void(std::string_view)>& on_message,
                  std::chrono::milliseconds limit);

}  // namespace tutti::check
