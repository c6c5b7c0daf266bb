// Stream: one call of PluginService.Serve, with a deadline for each answer. Internal to src/remote.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "tutti/v1/plugin.grpc.pb.h"

namespace tutti::remote {

// A moment of the machine's steady clock: what gRPC measures deadlines with.
class Deadline {
 public:
  static Deadline In(base::Duration from_now);
  gpr_timespec at() const { return at_; }

 private:
  explicit Deadline(gpr_timespec at) : at_(at) {}
  gpr_timespec at_;
};

// One thread at a time. It polls on its caller's thread and needs none of its own.
class Stream {
 public:
  // `wait_until_ready`: where nobody listens, somebody may soon.
  Stream(std::shared_ptr<grpc::Channel> channel, bool wait_until_ready);
  ~Stream();  // cancels it; never waits for the other side
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // DeadlineExceeded, or with which words the other side has ended it. After any failure the stream
  // is of no more use.
  absl::Status Exchange(const v1::plugin::ServeRequest& request, Deadline deadline);
  // Of the last exchange.
  const v1::plugin::ServeResponse& response() const { return response_; }

 private:
  enum Tag : intptr_t { kStarted = 1, kWritten, kRead, kFinished };

  // Until `operations` of them are done. False: one of them has failed.
  absl::StatusOr<bool> Await(int operations, Deadline deadline);
  absl::Status WhyEnded(Deadline deadline);

  const std::shared_ptr<grpc::Channel> channel_;
  // What operations write to, until the queue is drained.
  v1::plugin::ServeResponse response_;
  grpc::Status ended_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<
      grpc::ClientAsyncReaderWriter<v1::plugin::ServeRequest, v1::plugin::ServeResponse>>
      call_;
  bool started_ = false;
};

}  // namespace tutti::remote
