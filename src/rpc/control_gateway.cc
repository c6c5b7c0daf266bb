#include "rpc/control_gateway.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <chrono>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "objects/json_cursor.h"
#include "tutti/v1/control.pb.h"

namespace tutti::rpc {
namespace {

namespace pb = ::tutti::control::v1;
using google::protobuf::Message;

constexpr size_t kMaxAnswerBytes = size_t{64} << 20;
constexpr auto kCallTimeout = std::chrono::seconds(10);
constexpr auto kStreamTimeout = std::chrono::seconds(60);

// What a route needs to know of its method.
struct Method {
  const char* name;
  const Message* request;  // prototypes, which live as long as the process
  const Message* response;
  bool streams = false;
};

int HttpStatus(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::OK:
      return 200;
    case grpc::StatusCode::INVALID_ARGUMENT:
      return 400;
    case grpc::StatusCode::PERMISSION_DENIED:
      return 403;
    case grpc::StatusCode::NOT_FOUND:
      return 404;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return 429;
    case grpc::StatusCode::UNIMPLEMENTED:
      return 501;
    case grpc::StatusCode::UNAVAILABLE:
      return 503;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return 504;
    default:
      return 500;
  }
}

std::string ErrorBody(const grpc::Status& status) {
  std::string body = absl::StrFormat("{\"code\":%d,\"message\":", status.error_code());
  objects::AppendJsonString(body, status.error_message());
  return body + "}";
}

// One call on its way: the request goes in, every response becomes a line. A unary call is a stream
// of one. Deletes itself when the call is over.
class Relay final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  Relay(const Method& method, http::Reply reply) : method_(method), reply_(std::move(reply)) {}

  void Start(grpc::GenericStub& stub, const Message& request) {
    bool own = false;
    const grpc::Status encoded =
        grpc::SerializationTraits<Message>::Serialize(request, &sent_, &own);
    if (!encoded.ok()) return OnDone(encoded);
    const auto timeout =
        method_.streams ? std::chrono::seconds(kStreamTimeout) : std::chrono::seconds(kCallTimeout);
    context_.set_deadline(std::chrono::system_clock::now() + timeout);
    stub.PrepareBidiStreamingCall(
        &context_, absl::StrFormat("/tutti.control.v1.ControlService/%s", method_.name), {}, this);
    StartWriteLast(&sent_, grpc::WriteOptions());
    StartRead(&received_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    failure_ = AppendLine();
    if (!failure_.ok()) return context_.TryCancel();
    StartRead(&received_);
  }

  // The call is given back before its caller hears the end: who has the answer may stop the server.
  void OnDone(const grpc::Status& status) override {
    const grpc::Status result = failure_.ok() ? status : failure_;
    http::Reply reply = std::move(reply_);
    std::string answer = std::move(answer_);
    const char* const type = method_.streams ? "application/x-ndjson" : "application/json";
    delete this;
    if (result.ok()) {
      reply.Send(200, std::move(answer), type);
    } else {
      reply.Send(HttpStatus(result.error_code()), ErrorBody(result));
    }
  }

 private:
  grpc::Status AppendLine() {
    const std::unique_ptr<Message> response(method_.response->New());
    grpc::Status decoded =
        grpc::SerializationTraits<Message>::Deserialize(&received_, response.get());
    if (!decoded.ok()) return decoded;
    google::protobuf::util::JsonPrintOptions options;
    options.always_print_primitive_fields = true;
    if (!google::protobuf::util::MessageToJsonString(*response, &answer_, options).ok())
      return {grpc::StatusCode::INTERNAL, "the answer cannot be written as JSON"};
    if (method_.streams) answer_ += '\n';
    if (answer_.size() <= kMaxAnswerBytes) return grpc::Status::OK;
    return {grpc::StatusCode::RESOURCE_EXHAUSTED,
            absl::StrFormat("the answer is longer than the %d bytes that go through the gateway: "
                            "ask over gRPC",
                            kMaxAnswerBytes)};
  }

  const Method& method_;
  http::Reply reply_;
  grpc::ClientContext context_;
  grpc::ByteBuffer sent_;
  grpc::ByteBuffer received_;
  grpc::Status failure_;
  std::string answer_;
};

template <class Request, class Response>
Method Unary(const char* name) {
  return {name, &Request::default_instance(), &Response::default_instance()};
}

const std::vector<Method>& Methods() {
  static const std::vector<Method> methods = {
      Unary<pb::ListGangsRequest, pb::ListGangsResponse>("ListGangs"),
      Unary<pb::GetGangRequest, pb::Gang>("GetGang"),
      Unary<pb::ListQueuesRequest, pb::ListQueuesResponse>("ListQueues"),
      Unary<pb::ListNodesRequest, pb::ListNodesResponse>("ListNodes"),
      Unary<pb::ListReservationsRequest, pb::ListReservationsResponse>("ListReservations"),
      Unary<pb::ListPluginsRequest, pb::ListPluginsResponse>("ListPlugins"),
      Unary<pb::ExplainRequest, pb::Explanation>("Explain"),
      Unary<pb::SimulateRequest, pb::SimulateResponse>("Simulate"),
      {"Snapshot", &pb::SnapshotRequest::default_instance(), &pb::SnapshotChunk::default_instance(),
       /*streams=*/true},
  };
  return methods;
}

void Handle(const Method& method, grpc::GenericStub& stub, const http::Request& request,
            http::Reply reply) {
  const std::unique_ptr<Message> message(method.request->New());
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      {request.body.data(), request.body.size()}, message.get());
  if (!parsed.ok()) {
    const grpc::Status status(
        grpc::StatusCode::INVALID_ARGUMENT,
        absl::StrFormat("the body is no %s in JSON: %s", message->GetTypeName(),
                        std::string(parsed.message())));
    return reply.Send(400, ErrorBody(status));
  }
  (new Relay(method, std::move(reply)))->Start(stub, *message);
}

}  // namespace

std::vector<http::Server::Route> ControlGatewayRoutes(std::shared_ptr<grpc::Channel> channel) {
  const auto stub = std::make_shared<grpc::GenericStub>(std::move(channel));
  std::vector<http::Server::Route> routes;
  for (const Method& method : Methods()) {
    routes.push_back({"POST", absl::StrFormat("/control/v1/%s", method.name),
                      [&method, stub](const http::Request& request, http::Reply reply) {
                        Handle(method, *stub, request, std::move(reply));
                      }});
  }
  return routes;
}

}  // namespace tutti::rpc
