#include "rpc/server.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_format.h"

namespace tutti::rpc {
namespace {

using ::testing::HasSubstr;

// grpc.health.v1.HealthCheckResponse.status, read off the wire: 1 SERVING, 2 NOT_SERVING.
int Health(uint16_t port) {
  const auto channel = grpc::CreateChannel(absl::StrFormat("127.0.0.1:%d", port),
                                           grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const grpc::ByteBuffer request(nullptr, 0);
  const auto call =
      stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", request, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, &queue);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  EXPECT_TRUE(status.ok()) << status.error_message();
  grpc::Slice slice;
  response.DumpToSingleSlice(&slice);
  return slice.size() == 2 && slice.begin()[0] == 0x08 ? slice.begin()[1] : -1;
}

TEST(ServerTest, HealthFollowsReadiness) {
  std::atomic<bool> ready{false};
  ServerOptions options;
  options.health_period = std::chrono::milliseconds(1);
  auto server = Server::Start(std::move(options), {}, [&ready] { return ready.load(); });
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(Health((*server)->port()), 2);
  ready = true;
  while (Health((*server)->port()) != 1) std::this_thread::yield();
  ready = false;
  while (Health((*server)->port()) != 2) std::this_thread::yield();
  (*server)->Stop(std::chrono::seconds(1));
}

TEST(ServerTest, APortInUseAndAMissingCertificateAreNamed) {
  auto first = Server::Start({}, {}, [] { return true; });
  ASSERT_TRUE(first.ok());
  ServerOptions same;
  same.port = (*first)->port();
  const auto second = Server::Start(std::move(same), {}, [] { return true; });
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr(absl::StrFormat("127.0.0.1:%d", (*first)->port())));
  ServerOptions tls;
  tls.tls = std::make_unique<TlsOptions>();
  tls.tls->cert_file = "/nowhere/tls.crt";
  tls.tls->key_file = "/nowhere/tls.key";
  const auto third = Server::Start(std::move(tls), {}, [] { return true; });
  ASSERT_FALSE(third.ok());
  EXPECT_THAT(std::string(third.status().message()), HasSubstr("/nowhere/tls.crt"));
}

}  // namespace
}  // namespace tutti::rpc
