// ControlGateway: the questions of the control API as JSON over HTTP, for those who come through
// the API server's service proxy, which gRPC cannot pass (docs/adr/0009).
//
// POST /control/v1/METHOD with the request in protobuf's JSON mapping answers 200 and the response
// in the same mapping; of a stream, one message in each line. Errors answer {"code": N, "message":
// "..."} with gRPC's code, and the HTTP status that suits it. Only questions: the proxy does not
// say who asks, so Hold, Drain and Resume are not offered, and neither is Watch, which has no end.
// Limits: answers of 64 MiB, 10 s for a call, 60 s for a stream.
#pragma once

#include <memory>
#include <vector>

#include "http/server.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace tutti::rpc {

// `channel` leads to the ControlService: Server::InProcessChannel. It and its server must outlive
// the requests; the handlers never block.
std::vector<http::Server::Route> ControlGatewayRoutes(std::shared_ptr<grpc::Channel> channel);

}  // namespace tutti::rpc
