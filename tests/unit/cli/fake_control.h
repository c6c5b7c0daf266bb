// FakeControl: a ControlService that answers what a test has put into it, behind a real gRPC server
// on a free port.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "rpc/server.h"
#include "tutti/v1/control.grpc.pb.h"

namespace tutti::cli {

class FakeControl final : public control::v1::ControlService::Service {
 public:
  using Context = grpc::ServerContext;
  template <class Message>
  using Writer = grpc::ServerWriter<Message>;

  // Answers; a status that is not OK in `failure` wins over all of them.
  control::v1::ListGangsResponse gangs;
  control::v1::Gang gang;
  control::v1::ListQueuesResponse queues;
  control::v1::ListPluginsResponse plugins;
  std::function<grpc::Status(const control::v1::ExplainRequest&, control::v1::Explanation*)>
      explain;
  control::v1::SimulateResponse simulation;
  std::string snapshot;
  grpc::Status failure;

  // What was asked last.
  control::v1::ListGangsRequest asked_gangs;
  control::v1::GetGangRequest asked_gang;
  control::v1::SimulateRequest asked_simulate;

  grpc::Status ListGangs(Context*, const control::v1::ListGangsRequest* request,
                         control::v1::ListGangsResponse* response) override {
    asked_gangs = *request;
    // Two pages, where a test wants that there is more than one.
    *response = gangs;
    if (!request->continue_().empty()) response->clear_continue_();
    return failure;
  }
  grpc::Status GetGang(Context*, const control::v1::GetGangRequest* request,
                       control::v1::Gang* response) override {
    asked_gang = *request;
    *response = gang;
    return failure;
  }
  grpc::Status ListQueues(Context*, const control::v1::ListQueuesRequest*,
                          control::v1::ListQueuesResponse* response) override {
    *response = queues;
    return failure;
  }
  grpc::Status ListPlugins(Context*, const control::v1::ListPluginsRequest*,
                           control::v1::ListPluginsResponse* response) override {
    *response = plugins;
    return failure;
  }
  grpc::Status Explain(Context*, const control::v1::ExplainRequest* request,
                       control::v1::Explanation* response) override {
    return failure.ok() ? explain(*request, response) : failure;
  }
  grpc::Status Simulate(Context*, const control::v1::SimulateRequest* request,
                        control::v1::SimulateResponse* response) override {
    asked_simulate = *request;
    *response = simulation;
    return failure;
  }
  grpc::Status Snapshot(Context*, const control::v1::SnapshotRequest*,
                        Writer<control::v1::SnapshotChunk>* writer) override {
    constexpr size_t kChunk = 1000;
    for (size_t at = 0; at < snapshot.size(); at += kChunk) {
      control::v1::SnapshotChunk chunk;
      chunk.set_data(snapshot.substr(at, kChunk));
      writer->Write(chunk);
    }
    return failure;
  }
};

// The server of a FakeControl.
inline std::unique_ptr<rpc::Server> Serve(const std::shared_ptr<FakeControl>& control) {
  auto server = rpc::Server::Start({}, {control}, [] { return true; });
  return server.ok() ? *std::move(server) : nullptr;
}

}  // namespace tutti::cli
