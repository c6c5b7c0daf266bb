#include "kube/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "tests/support/fake_api_server.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/temp_folder.h"

namespace tutti::kube {
namespace {

using testing::FakeApiServer;
using ::testing::HasSubstr;
using testing::HttpReply;
using testing::HttpRequest;
using testing::TcpFaultProxy;

constexpr char kPods[] = "/api/v1/namespaces/a/pods";

class ClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<Client> Connect(const std::string& url, ClientOptions options = {},
                                  const std::string& token_file = "") {
    Credentials credentials;
    credentials.server = url;
    credentials.token_file = token_file;
    auto client = Client::Create(credentials, clock_, options);
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }
  static Request Post(const std::string& name, base::Duration timeout = std::chrono::seconds(30)) {
    Request request;
    request.method = "POST";
    request.path = kPods;
    request.body = absl::StrFormat(R"({"metadata":{"name":"%s"}})", name);
    request.timeout = timeout;
    return request;
  }
  static Request Get(const std::string& path, base::Duration timeout = std::chrono::seconds(30)) {
    Request request;
    request.path = path;
    request.timeout = timeout;
    return request;
  }
  // A port where nobody listens.
  static int DeadPort() {
    testing::HttpTestServer gone([](const HttpRequest&, HttpReply&) {});
    return gone.port();
  }

  base::SystemClock clock_;
  FakeApiServer server_;
};

TEST_F(ClientTest, EveryWholeReplyIsAResponse) {
  server_.AddCollection(kPods);
  auto client = Connect(server_.url());
  EXPECT_EQ(client->Call(Post("p"))->status, 201);
  const auto again = client->Call(Post("p"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->status, 409);
  EXPECT_THAT(again->ErrorMessage(), HasSubstr("AlreadyExists"));
  const auto missing = client->Call(Get("/apis/none"));
  ASSERT_TRUE(missing.ok());
  EXPECT_EQ(missing->status, 404);
}

TEST_F(ClientTest, MethodBodyAndContentTypeArrive) {
  server_.Put(kPods, "p");
  auto client = Connect(server_.url());
  Request patch;
  patch.method = "PATCH";
  patch.path = std::string(kPods) + "/p";
  patch.body = R"({"metadata":{"labels":{"x":"y"}}})";
  patch.content_type = "application/merge-patch+json";
  ASSERT_EQ(client->Call(patch)->status, 200);
  const HttpRequest seen = server_.requests().back();
  EXPECT_EQ(seen.method, "PATCH");
  EXPECT_EQ(seen.headers.at("content-type"), "application/merge-patch+json");
  EXPECT_EQ(seen.body, patch.body);
  // The handle that carried a body must not carry it again.
  ASSERT_EQ(client->Call(Get(patch.path))->status, 200);
  EXPECT_EQ(server_.requests().back().method, "GET");
  EXPECT_EQ(server_.requests().back().body, "");
  Request remove = patch;
  remove.method = "DELETE";
  remove.body.clear();
  ASSERT_EQ(client->Call(remove)->status, 200);
  EXPECT_EQ(server_.requests().back().method, "DELETE");
}

TEST_F(ClientTest, ParallelRequestsGetTheirOwnReplies) {
  server_.AddCollection(kPods);
  auto client = Connect(server_.url());
  constexpr int kCount = 500;
  absl::BlockingCounter left(kCount);
  std::atomic<int> right{0};
  for (int i = 0; i < kCount; ++i) {
    const std::string name = absl::StrFormat("pod-%d-", i);
    client->Send(Post(name), [&, name](absl::StatusOr<Response> reply) {
      if (reply.ok() && reply->status == 201 && reply->body.find(name) != std::string::npos)
        ++right;
      left.DecrementCount();
    });
  }
  left.Wait();
  EXPECT_EQ(right, kCount);
}

TEST_F(ClientTest, TooManyRequestsIsRepeatedNotBeforeRetryAfter) {
  server_.AddCollection(kPods);
  std::atomic<int64_t> first{0};
  std::atomic<int64_t> second{0};
  server_.SetHook([&](const HttpRequest&, HttpReply& reply) {
    if (first == 0) {
      first = clock_.Now().nanos;
      reply.Send(429, testing::StatusBody(429, "TooManyRequests", "slow down"),
                 {{"Retry-After", "1"}});
      return true;
    }
    second = clock_.Now().nanos;
    return false;
  });
  auto client = Connect(server_.url());
  const auto reply = client->Call(Post("p"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 201);
  EXPECT_GE(base::Duration(second - first), std::chrono::seconds(1));
}

TEST_F(ClientTest, TooManyRequestsWithoutRetryAfterIsAnAnswer) {
  server_.SetHook([&](const HttpRequest&, HttpReply& reply) {
    reply.Send(429, testing::StatusBody(429, "TooManyRequests", "disruption budget"));
    return true;
  });
  auto client = Connect(server_.url());
  EXPECT_EQ(client->Call(Post("p"))->status, 429);
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(ClientTest, RetryAfterBeyondTheDeadlineIsAnAnswer) {
  server_.SetHook([&](const HttpRequest&, HttpReply& reply) {
    reply.Send(503, "{}", {{"Retry-After", "300"}});
    return true;
  });
  auto client = Connect(server_.url());
  EXPECT_EQ(client->Call(Post("p"))->status, 503);
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(ClientTest, ServerErrorIsAnAnswer) {
  server_.SetHook([&](const HttpRequest&, HttpReply& reply) {
    reply.Send(500, testing::StatusBody(500, "InternalError", "etcd is gone"));
    return true;
  });
  auto client = Connect(server_.url());
  const auto reply = client->Call(Post("p"));
  ASSERT_TRUE(reply.ok());
  EXPECT_EQ(reply->ErrorMessage(), "HTTP 500: etcd is gone");
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(ClientTest, GetIsRepeatedWhenItsReplyIsCut) {
  server_.Put(kPods, "p");
  std::atomic<int> cuts{2};
  server_.SetHook([&](const HttpRequest&, HttpReply& reply) {
    if (cuts-- <= 0) return false;
    reply.SendCut(200, std::string(1000, 'x'), 500);
    return true;
  });
  auto client = Connect(server_.url());
  const auto reply = client->Call(Get(kPods));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->status, 200);
  EXPECT_THAT(reply->body, HasSubstr("\"p\""));
  EXPECT_EQ(server_.requests().size(), 3u);
}

// ops-reliability bug 6: the bind worked, its reply is lost. A repetition would be refused, and
// that refusal would be taken for the truth.
TEST_F(ClientTest, Bug6PostWhoseReplyIsLostIsNotRepeatedAndSaysSo) {
  server_.AddCollection(kPods);
  auto upstream = Connect(server_.url());
  testing::HttpFaultProxy proxy(*upstream);
  auto client = Connect(proxy.url());
  // Once on a fresh connection, and once on a used one, where curl itself would try again.
  for (const bool used : {false, true}) {
    const std::string name = used ? "used" : "fresh";
    if (used) {
      ASSERT_TRUE(client->Call(Get(kPods)).ok());
    }
    proxy.Add({.method = "POST",
               .target_part = kPods,
               .action = testing::HttpFaultProxy::Action::kCutAfter});
    const auto reply = client->Call(Post(name));
    EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnknown) << name << reply.status();
    EXPECT_THAT(std::string(reply.status().message()), HasSubstr("may or may not"));
    EXPECT_NE(server_.Get(kPods, name), "") << "the server did it";
  }
  EXPECT_EQ(server_.Count("POST", kPods), 2u);
}

TEST_F(ClientTest, MergePatchIsRepeatedWhenItsReplyIsLostAndJsonPatchIsNot) {
  server_.Put(kPods, "p");
  std::atomic<bool> cut{true};
  server_.SetHook([&](const HttpRequest&, HttpReply& reply) {
    if (!cut.exchange(false)) return false;
    reply.Cut();
    return true;
  });
  auto client = Connect(server_.url());
  Request patch;
  patch.method = "PATCH";
  patch.path = std::string(kPods) + "/p";
  patch.body = R"({"metadata":{"labels":{"x":"y"}}})";
  patch.content_type = "application/merge-patch+json";
  const auto merged = client->Call(patch);
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_EQ(merged->status, 200);
  cut = true;
  patch.content_type = "application/json-patch+json";
  EXPECT_EQ(client->Call(patch).status().code(), absl::StatusCode::kUnknown);
}

TEST_F(ClientTest, WithoutAConnectionNothingWasDone) {
  auto client = Connect(absl::StrFormat("http://127.0.0.1:%d", DeadPort()));
  const auto reply = client->Call(Post("p", std::chrono::milliseconds(200)));
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable) << reply.status();
}

// ops-reliability bug 23: an API server that hangs costs its own requests their deadline, nothing
// else: Send returns, and afterwards everything goes on.
TEST_F(ClientTest, Bug23HangingServerCostsOnlyTheDeadline) {
  server_.AddCollection(kPods);
  TcpFaultProxy proxy(server_.port());
  ClientOptions options;
  options.max_in_flight = 4;
  auto client = Connect(absl::StrFormat("http://127.0.0.1:%d", proxy.port()), options);
  ASSERT_EQ(client->Call(Get(kPods))->status, 200);
  proxy.SetMode(TcpFaultProxy::Mode::kHang);
  constexpr int kCount = 12;  // more than may be in flight: some never leave the queue
  absl::BlockingCounter left(kCount);
  std::atomic<int> late{0};
  std::atomic<int> unknown{0};
  for (int i = 0; i < kCount; ++i) {
    Request request = i % 2 == 0 ? Post(absl::StrFormat("p%d", i)) : Get(kPods);
    request.timeout = std::chrono::milliseconds(150);
    client->Send(std::move(request), [&](absl::StatusOr<Response> reply) {
      if (absl::IsDeadlineExceeded(reply.status())) ++late;
      if (absl::IsUnknown(reply.status())) ++unknown;
      left.DecrementCount();
    });
  }
  left.Wait();
  EXPECT_EQ(late + unknown, kCount);
  EXPECT_GE(unknown, 1) << "a POST that was sent has an unknown fate";
  EXPECT_GE(late, kCount / 2) << "no GET has";
  proxy.SetMode(TcpFaultProxy::Mode::kPass);
  const auto after = client->Call(Get(kPods));
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_EQ(after->status, 200);
}

TEST_F(ClientTest, SlowReplyArrivesWhole) {
  server_.Put(kPods, "p", absl::StrFormat(R"({"data":"%s"})", std::string(3000, 'x')));
  TcpFaultProxy proxy(server_.port());
  proxy.SetMode(TcpFaultProxy::Mode::kSlow);
  auto client = Connect(absl::StrFormat("http://127.0.0.1:%d", proxy.port()));
  const auto reply = client->Call(Get(kPods));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_THAT(reply->body, HasSubstr(std::string(3000, 'x')));
}

TEST_F(ClientTest, TooLongReplyIsAnError) {
  server_.Put(kPods, "p", absl::StrFormat(R"({"data":"%s"})", std::string(5000, 'x')));
  ClientOptions options;
  options.max_response_bytes = 1000;
  auto client = Connect(server_.url(), options);
  EXPECT_EQ(client->Call(Get(kPods)).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(server_.requests().size(), 1u);
}

TEST_F(ClientTest, FullQueueRefusesAtOnceAndDestructionCancelsTheRest) {
  absl::Notification hanging;
  server_.SetHook([&](const HttpRequest&, HttpReply& reply) {
    hanging.Notify();
    reply.Hang();
    return true;
  });
  ClientOptions options;
  options.max_in_flight = 1;
  options.max_queued = 2;
  auto client = Connect(server_.url(), options);
  absl::Notification refused;
  std::atomic<int> cancelled{0};
  for (int i = 0; i < 4; ++i) {
    client->Send(Get(kPods), [&](absl::StatusOr<Response> reply) {
      if (absl::IsResourceExhausted(reply.status())) refused.Notify();
      if (absl::IsCancelled(reply.status())) ++cancelled;
    });
  }
  refused.WaitForNotification();
  hanging.WaitForNotification();
  EXPECT_EQ(cancelled, 0);
  client.reset();
  EXPECT_EQ(cancelled, 3);
}

// ops-reliability bug 17: the kubelet has rotated the token.
TEST_F(ClientTest, Bug17StaleTokenIsReadAgainAndPersistentRefusalIsCounted) {
  server_.AddCollection(kPods);
  std::atomic<bool> refuse_all{false};
  server_.SetHook([&](const HttpRequest& request, HttpReply& reply) {
    const auto token = request.headers.find("authorization");
    if (!refuse_all && token != request.headers.end() && token->second == "Bearer new")
      return false;
    reply.Send(401, testing::StatusBody(401, "Unauthorized", "Unauthorized"));
    return true;
  });
  const testing::TempFolder folder;
  const std::string file = folder.Write("token", "old\n");
  auto client = Connect(server_.url(), {}, file);
  EXPECT_EQ(client->Call(Get(kPods))->status, 401);
  EXPECT_EQ(client->consecutive_unauthorized(), 1);
  folder.Write("token", "new\n");
  EXPECT_EQ(client->Call(Get(kPods))->status, 200);
  EXPECT_EQ(client->consecutive_unauthorized(), 0);
  refuse_all = true;
  EXPECT_EQ(client->Call(Get(kPods))->status, 401);
  EXPECT_EQ(client->Call(Get(kPods))->status, 401);
  EXPECT_EQ(client->consecutive_unauthorized(), 2);
}

TEST_F(ClientTest, BadAddressesAreRefused) {
  Credentials credentials;
  credentials.server = "ftp://example";
  EXPECT_TRUE(absl::IsInvalidArgument(Client::Create(credentials, clock_).status()));
  credentials.server = "https://example";
  credentials.client_cert_data = "x";
  EXPECT_TRUE(absl::IsInvalidArgument(Client::Create(credentials, clock_).status()));
}

}  // namespace
}  // namespace tutti::kube
