#include "rpc/control_service.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "rpc/snapshot_stream.h"
#include "rpc/watch_stream.h"
#include "tutti/v1/control.grpc.pb.h"

namespace tutti::rpc {
namespace {

grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

absl::Status TooMany() {
  return absl::ResourceExhaustedError("too many calls at once: ask again in a moment");
}

// What is left of the caller's deadline.
base::Duration TimeoutOf(const grpc::CallbackServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max())
    return ControlCalls::kDefaultTimeout;
  const auto left = deadline - std::chrono::system_clock::now();
  return std::clamp<base::Duration>(std::chrono::duration_cast<base::Duration>(left),
                                    base::Duration(0), control::Control::kMostTimeout);
}

class Service final : public pb::ControlService::CallbackService {
 public:
  explicit Service(ControlParts parts) : parts_(std::move(parts)) {}

#define TUTTI_UNARY(Method, Response)                                                          \
  grpc::ServerUnaryReactor* Method(grpc::CallbackServerContext* context,                       \
                                   const pb::Method##Request* request, pb::Response* response) \
      override {                                                                               \
    return Unary(context, #Method, [this, request, response](base::Duration timeout) {         \
      return parts_.calls.Method(*request, *response, timeout);                                \
    });                                                                                        \
  }
  TUTTI_UNARY(ListGangs, ListGangsResponse)
  TUTTI_UNARY(GetGang, Gang)
  TUTTI_UNARY(ListQueues, ListQueuesResponse)
  TUTTI_UNARY(ListNodes, ListNodesResponse)
  TUTTI_UNARY(ListReservations, ListReservationsResponse)
  TUTTI_UNARY(ListPlugins, ListPluginsResponse)
  TUTTI_UNARY(Explain, Explanation)
  TUTTI_UNARY(Simulate, SimulateResponse)
  TUTTI_UNARY(Hold, HoldResponse)
  TUTTI_UNARY(Drain, DrainResponse)
  TUTTI_UNARY(Resume, ResumeResponse)
#undef TUTTI_UNARY

  grpc::ServerWriteReactor<pb::Decision>* Watch(grpc::CallbackServerContext*,
                                                const pb::WatchRequest* request) override {
    return StartWatch(parts_.decisions, ControlCalls::FilterOf(*request), stream_pool_,
                      parts_.calls.resources(), Ended("Watch"));
  }

  grpc::ServerWriteReactor<pb::SnapshotChunk>* Snapshot(grpc::CallbackServerContext* context,
                                                        const pb::SnapshotRequest*) override {
    return StartSnapshot(parts_.snapshots, TimeoutOf(*context), stream_pool_, snapshot_under_way_,
                         Ended("Snapshot"));
  }

 private:
  StreamEnded Ended(std::string_view method) {
    return [this, method, begin = parts_.clock.Now()](absl::StatusCode code) {
      parts_.observer(method, code, parts_.clock.Now() - begin);
    };
  }

  grpc::ServerUnaryReactor* Unary(grpc::CallbackServerContext* context, std::string_view method,
                                  std::function<absl::Status(base::Duration timeout)> call) {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    const StreamEnded ended = Ended(method);
    const bool taken = parts_.pool.TryRun([context, reactor, ended, call = std::move(call)] {
      const absl::Status status = context->IsCancelled()
                                      ? absl::CancelledError("the caller has gone")
                                      : call(TimeoutOf(*context));
      ended(status.code());
      reactor->Finish(ToGrpc(status));
    });
    if (!taken) {
      ended(TooMany().code());
      reactor->Finish(ToGrpc(TooMany()));
    }
    return reactor;
  }

  const ControlParts parts_;
  std::atomic<bool> snapshot_under_way_{false};
  // Each stream has one piece of work in it at most, so it is never full.
  control::WorkPool stream_pool_{2, 2 * control::DecisionFeed::kMostWatchers};
};

}  // namespace

std::shared_ptr<grpc::Service> MakeControlService(ControlParts parts) {
  return std::make_shared<Service>(std::move(parts));
}

}  // namespace tutti::rpc
