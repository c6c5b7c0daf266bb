#include "rpc/control_gateway.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "kube/client.h"
#include "nlohmann/json.hpp"
#include "rpc/server.h"
#include "tutti/v1/control.grpc.pb.h"

namespace tutti::rpc {
namespace {

namespace pb = ::tutti::control::v1;
using nlohmann::json;
using ::testing::HasSubstr;

class FakeService final : public pb::ControlService::Service {
 public:
  grpc::Status Explain(grpc::ServerContext*, const pb::ExplainRequest* request,
                       pb::Explanation* response) override {
    if (request->pod().name() != "p") return {grpc::StatusCode::NOT_FOUND, "no pod \"x\""};
    response->set_position(7);
    return grpc::Status::OK;
  }
  grpc::Status Snapshot(grpc::ServerContext*, const pb::SnapshotRequest*,
                        grpc::ServerWriter<pb::SnapshotChunk>* writer) override {
    for (const std::string& piece : {std::string("ab"), std::string("c")}) {
      pb::SnapshotChunk chunk;
      chunk.set_data(piece);
      writer->Write(chunk);
    }
    if (endless) {
      pb::SnapshotChunk chunk;
      chunk.set_data(std::string(size_t{4} << 20, 'x'));
      while (writer->Write(chunk)) {
      }
    }
    return grpc::Status::OK;
  }
  bool endless = false;
};

class ControlGatewayTest : public ::testing::Test {
 protected:
  ControlGatewayTest() {
    grpc_server = *Server::Start({}, {service}, [] { return true; });
    http_server = *http::Server::Start({}, ControlGatewayRoutes(grpc_server->InProcessChannel()));
    kube::Credentials credentials;
    credentials.server = absl::StrFormat("http://127.0.0.1:%d", http_server->port());
    client = *kube::Client::Create(credentials, clock);
  }
  ~ControlGatewayTest() override { http_server->Stop(std::chrono::seconds(5)); }

  kube::Response Post(const std::string& method, const std::string& body) {
    kube::Request request;
    request.method = "POST";
    request.path = "/control/v1/" + method;
    request.body = body;
    request.timeout = std::chrono::seconds(60);
    const auto reply = client->Call(request);
    EXPECT_TRUE(reply.ok()) << reply.status();
    return reply.ok() ? *reply : kube::Response{};
  }

  const base::SystemClock clock;
  std::shared_ptr<FakeService> service = std::make_shared<FakeService>();
  std::unique_ptr<Server> grpc_server;
  std::unique_ptr<http::Server> http_server;
  std::unique_ptr<kube::Client> client;
};

TEST_F(ControlGatewayTest, ACallGoesInAndComesOutAsJson) {
  const kube::Response reply = Post("Explain", R"({"pod": {"name": "p"}})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(json::parse(reply.body)["position"], "7");
}

TEST_F(ControlGatewayTest, ErrorsKeepTheirCodeAndText) {
  const kube::Response reply = Post("Explain", R"({"pod": {"name": "x"}})");
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(json::parse(reply.body), (json{{"code", 5}, {"message", "no pod \"x\""}}));
}

TEST_F(ControlGatewayTest, AStreamIsOneMessageInEachLine) {
  const kube::Response reply = Post("Snapshot", "{}");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "{\"data\":\"YWI=\"}\n{\"data\":\"Yw==\"}\n");
}

TEST_F(ControlGatewayTest, AStreamThatIsTooLongIsCut) {
  service->endless = true;
  const kube::Response reply = Post("Snapshot", "{}");
  EXPECT_EQ(reply.status, 429);
  EXPECT_THAT(reply.body, HasSubstr("ask over gRPC"));
}

TEST_F(ControlGatewayTest, WhatIsNoRequestIsRefusedWithItsReason) {
  EXPECT_EQ(Post("Explain", "").status, 415) << "nothing is no JSON";
  for (const char* body : {"[]", "{\"pood\": {}}", "{\"pod\": 5}", "\xff"}) {
    const kube::Response reply = Post("Explain", body);
    EXPECT_EQ(reply.status, 400) << body;
  }
  EXPECT_THAT(Post("Explain", "{\"pood\": {}}").body, HasSubstr("pood"));
}

TEST_F(ControlGatewayTest, OnlyQuestionsAreOffered) {
  for (const char* method : {"Hold", "Drain", "Resume", "Watch", "Nothing"})
    EXPECT_EQ(Post(method, "{}").status, 404) << method;
  EXPECT_EQ(Post("ListGangs", "{}").status, 501);  // the fake has none
}

}  // namespace
}  // namespace tutti::rpc
