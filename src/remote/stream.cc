#include "remote/stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/shown.h"
#include "base/status_macros.h"

namespace tutti::remote {
namespace {

void* TagOf(intptr_t tag) { return reinterpret_cast<void*>(tag); }

}  // namespace

Deadline Deadline::In(base::Duration from_now) {
  return Deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                               gpr_time_from_nanos(from_now.count(), GPR_TIMESPAN)));
}

Stream::Stream(std::shared_ptr<grpc::Channel> channel, bool wait_until_ready)
    : channel_(std::move(channel)) {
  context_.set_wait_for_ready(wait_until_ready);
  call_ =
      v1::plugin::PluginService::NewStub(channel_)->AsyncServe(&context_, &queue_, TagOf(kStarted));
}

Stream::~Stream() {
  context_.TryCancel();
  queue_.Shutdown();
  void* tag = nullptr;
  bool fine = false;
  while (queue_.Next(&tag, &fine)) {  // cancelled operations end at once
  }
}

absl::StatusOr<bool> Stream::Await(int operations, Deadline deadline) {
  bool all = true;
  while (operations > 0) {
    void* tag = nullptr;
    bool fine = false;
    switch (queue_.AsyncNext(&tag, &fine, deadline.at())) {
      case grpc::CompletionQueue::GOT_EVENT:
        --operations;
        all = all && fine;
        break;
      case grpc::CompletionQueue::TIMEOUT:
        return absl::DeadlineExceededError("no answer in time");
      case grpc::CompletionQueue::SHUTDOWN:
        return absl::InternalError("the stream is over");
    }
  }
  return all;
}

absl::Status Stream::Exchange(const v1::plugin::ServeRequest& request, Deadline deadline) {
  if (!started_) {
    TUTTI_ASSIGN_OR_RETURN(started_, Await(1, deadline));
    if (!started_) return WhyEnded(deadline);
  }
  call_->Write(request, TagOf(kWritten));
  call_->Read(&response_, TagOf(kRead));
  TUTTI_ASSIGN_OR_RETURN(const bool answered, Await(2, deadline));
  return answered ? absl::OkStatus() : WhyEnded(deadline);
}

absl::Status Stream::WhyEnded(Deadline deadline) {
  call_->Finish(&ended_, TagOf(kFinished));
  TUTTI_RETURN_IF_ERROR(Await(1, deadline).status());
  if (ended_.ok()) return absl::UnavailableError("it ended the stream");
  return absl::Status(static_cast<absl::StatusCode>(ended_.error_code()),
                      absl::StrCat("the stream ended: ", base::Shown(ended_.error_message())));
}

}  // namespace tutti::remote
