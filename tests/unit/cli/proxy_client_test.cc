#include "cli/proxy_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "cli/control_methods.h"
#include "tests/support/api_client.h"
#include "tests/support/fake_api_server.h"

namespace tutti::cli {
namespace {

using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;

// An API server whose service proxy answers what a test says.
class ProxyClientTest : public ::testing::Test {
 protected:
  ProxyClientTest() {
    api.SetHook([this](const HttpRequest& request, HttpReply& reply) {
      path = request.path;
      body = request.body;
      reply.Send(status, answer, {{"Content-Type", "application/json"}});
      return true;
    });
    kube = testing::ClientOf(api, clock);
    client = MakeProxyClient(*kube, *ParseProxyTarget("kube-system/tutti-control:http"));
  }

  const base::SystemClock clock;
  testing::FakeApiServer api;
  int status = 200;
  std::string answer = "{}";
  std::string path;
  std::string body;
  std::unique_ptr<kube::Client> kube;
  std::unique_ptr<ControlClient> client;
};

TEST_F(ProxyClientTest, AsksThroughTheServiceProxyInJson) {
  answer = R"({"queues": [{"name": "default", "waitingGangs": "3"}], "addedLater": 1})";
  const auto queues = Ask(*client, pb::ListQueuesRequest());
  ASSERT_TRUE(queues.ok()) << queues.status();
  EXPECT_EQ(queues->queues(0).waiting_gangs(), 3);
  EXPECT_EQ(path,
            "/api/v1/namespaces/kube-system/services/tutti-control%3Ahttp/proxy/control/v1/"
            "ListQueues");
  pb::ExplainRequest explain;
  explain.mutable_pod()->set_name("p");
  (void)Ask(*client, explain);
  EXPECT_EQ(body, R"({"pod":{"name":"p"}})");
}

TEST_F(ProxyClientTest, AStreamIsOneMessageInEachLine) {
  answer = "{\"data\": \"YWI=\"}\n{\"data\": \"Yw==\"}\n";
  std::string data;
  EXPECT_TRUE(AskStream(*client, pb::SnapshotRequest(), [&](const pb::SnapshotChunk& chunk) {
                data += chunk.data();
                return true;
              }).ok());
  EXPECT_EQ(data, "abc");
}

TEST_F(ProxyClientTest, ErrorsOfTheServiceAndOfTheWayToItAreTwoThings) {
  status = 404;
  answer = R"({"code": 5, "message": "no gang a/b"})";
  absl::Status failed = Ask(*client, pb::ExplainRequest()).status();
  EXPECT_EQ(failed, absl::NotFoundError("no gang a/b"));
  answer = testing::StatusBody(404, "NotFound", "services \"tutti-control\" not found");
  failed = Ask(*client, pb::ExplainRequest()).status();
  EXPECT_TRUE(absl::IsUnavailable(failed));
  EXPECT_THAT(std::string(failed.message()), HasSubstr("--service NAMESPACE/NAME[:PORT]"));
  status = 403;
  answer = testing::StatusBody(403, "Forbidden", "user \"eve\" cannot create services/proxy");
  failed = Ask(*client, pb::ExplainRequest()).status();
  EXPECT_TRUE(absl::IsPermissionDenied(failed));
  EXPECT_THAT(std::string(failed.message()), HasSubstr("eve"));
  status = 503;
  answer = testing::StatusBody(503, "ServiceUnavailable", "no endpoints available");
  failed = Ask(*client, pb::ExplainRequest()).status();
  EXPECT_TRUE(absl::IsUnavailable(failed));
  EXPECT_THAT(std::string(failed.message()), HasSubstr("no endpoints available"));
}

TEST_F(ProxyClientTest, RubbishIsNoAnswer) {
  for (const char* rubbish : {"", "[]", "<html>", "{\"queues\": 1}", "\xff"}) {
    answer = rubbish;
    EXPECT_FALSE(Ask(*client, pb::ListQueuesRequest()).ok()) << rubbish;
  }
}

TEST(ParseProxyTargetTest, NamesOneService) {
  EXPECT_EQ(ParseProxyTarget("a/b")->service, "b:http") << "the port of deploy/control-api.yaml";
  EXPECT_EQ(ParseProxyTarget("a/https:b:1")->service, "https:b:1");
  for (const char* text : {"", "a", "/", "a/", "/b", "a/b/c"})
    EXPECT_FALSE(ParseProxyTarget(text).ok()) << text;
}

}  // namespace
}  // namespace tutti::cli
