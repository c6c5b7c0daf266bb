// Link: the way to one remote plugin: its streams, its handshake, its breaker. Internal to
// src/remote.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "remote/circuit_breaker.h"
#include "remote/cluster_mirror.h"
#include "remote/connect_plugin.h"
#include "remote/manifest.h"
#include "remote/stream.h"

namespace tutti::remote {

// A stream whose handshake is done, and what it has been shown. One thread at a time.
struct Session {
  Session(std::unique_ptr<Stream> open, const Numbering& numbers)
      : mirror(numbers), stream(std::move(open)) {}

  ClusterMirror mirror;
  wire::ServeRequest request;
  std::unique_ptr<Stream> stream;
  uint64_t objects_shown = 0;  // the version of the ObjectTable
  bool cycle_begins = true;    // the next request with a cycle is the first of it
};

// Any thread. It stands still.
class Link {
 public:
  Link(RemoteTarget target, wire::Handshake handshake, const base::Clock& clock);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Once, before all else: waits until somebody listens, and takes what the plugin says of itself
  // for good.
  absl::StatusOr<Manifest> Meet();
  // Once, after Meet. `numbers` must live until nobody asks any more and CloseIdle has run.
  void Use(const Numbering& numbers);
  void CloseIdle();

  // One question on `session`, which is borrowed for it where it is null. `fill` puts it into the
  // session's request; `read` takes the response, and what it does not like has failed as well.
  // Bounded by the target's timeout; costs nothing while the breaker is open. After a failure
  // `session` is null.
  absl::Status Ask(const char* point, std::unique_ptr<Session>& session,
                   absl::FunctionRef<void(Session&)> fill,
                   absl::FunctionRef<absl::Status(const wire::ServeResponse&)> read);
  // For whoever asks next.
  void GiveBack(std::unique_ptr<Session> session);

  const RemoteTarget& target() const { return target_; }
  const CircuitBreaker& breaker() const { return breaker_; }

 private:
  absl::Status TryAsk(const char* point, std::unique_ptr<Session>& session, bool afresh,
                      absl::FunctionRef<void(Session&)> fill,
                      absl::FunctionRef<absl::Status(const wire::ServeResponse&)> read);
  // An idle one, or a new one; there is a bound to how many there are.
  absl::StatusOr<std::unique_ptr<Session>> Borrow(Deadline deadline, bool afresh);
  absl::StatusOr<std::unique_ptr<Session>> Open(Deadline deadline, bool afresh);
  void Drop(std::unique_ptr<Session> session);
  absl::StatusOr<Manifest> ShakeHands(Stream& stream, Deadline deadline) const;

  const RemoteTarget target_;
  const wire::Handshake handshake_;
  CircuitBreaker breaker_;
  Manifest manifest_;                   // set by Meet
  const Numbering* numbers_ = nullptr;  // set by Use
  std::unique_ptr<Stream> first_;       // of Meet, for Use

  absl::Mutex mutex_;
  std::shared_ptr<grpc::Channel> channel_ ABSL_GUARDED_BY(mutex_);  // null until it is needed
  std::vector<std::unique_ptr<Session>> idle_ ABSL_GUARDED_BY(mutex_);
  int open_ ABSL_GUARDED_BY(mutex_) = 0;  // idle or borrowed
};

}  // namespace tutti::remote
