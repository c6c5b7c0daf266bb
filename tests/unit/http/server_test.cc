// Requests, deferred replies, and what a parked request costs.
#include "http/server.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>

#include "tests/unit/http/server_world.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

namespace tutti::http {
namespace {

using testing::HttpAnswer;
using testing::HttpClient;
using testing::PostRequest;

TEST(ServerTest, AnswersExactlyAndKeepsTheConnection) {
  ServerWorld world;
  HttpClient client = world.Connect();
  ASSERT_NO_FATAL_FAILURE(ExpectEchoes(client, 1000));
  ASSERT_TRUE(client.Send("GET /hello HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"));
  const std::optional<HttpAnswer> last = client.Read();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->headers.at("connection"), "close");
  EXPECT_TRUE(client.AtEnd());
}

TEST(ServerTest, RoutesByPathAndPrefix) {
  ServerWorld world;
  HttpClient client = world.Connect();
  EXPECT_EQ(client.Call("GET", "/hello?a=b")->body, "/hello?a=b");
  EXPECT_EQ(client.Call("GET", "/files/a/b")->body, "/files/a/b");
  EXPECT_EQ(client.Call("GET", "/hello")->headers.at("content-type"), "text/plain");
  EXPECT_EQ(client.Call("GET", "/hello/")->status, 404);
}

TEST(ServerTest, AcceptsContentTypeWithParameters) {
  ServerWorld world;
  HttpClient client = world.Connect();
  ASSERT_TRUE(
      client.Send("POST /echo HTTP/1.1\r\nContent-Type: application/json; charset=utf-8\r\n"
                  "Content-Length: 2\r\n\r\n{}"));
  EXPECT_EQ(client.Read()->status, 200);
}

TEST(ServerTest, ReadsBodiesInAnyPieces) {
  ServerWorld world;
  HttpClient client = world.Connect();
  std::mt19937 random(20240);
  for (int round = 0; round < 20; ++round) {
    std::string body(random() % 200'000, '\0');
    for (char& c : body) c = static_cast<char>(random());
    const std::string request = PostRequest("/echo", body);
    for (size_t at = 0; at < request.size();) {
      const size_t piece = std::min<size_t>(1 + random() % 50'000, request.size() - at);
      ASSERT_TRUE(client.Send(std::string_view(request).substr(at, piece)));
      at += piece;
    }
    const std::optional<HttpAnswer> answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->body == body) << "seed 20240, round " << round;
  }
}

TEST(ServerTest, BodyIsFollowedByReadableBytes) {
  std::string seen;
  std::vector<Server::Route> routes;
  routes.push_back({"POST", "/", [&](const Request& request, Reply reply) {
                      seen.assign(request.body.data() + request.body.size(), 64);
                      reply.Send(200, "");
                    }});
  auto server = Server::Start({}, std::move(routes));
  ASSERT_TRUE(server.ok());
  HttpClient client((*server)->port());
  ASSERT_EQ(client.Call("POST", "/", std::string(1000, 'x'))->status, 200);
  EXPECT_EQ(seen, std::string(64, '\0'));
}

TEST(ServerTest, PipelinedRequestsAreAnsweredInOrder) {
  ServerWorld world;
  HttpClient client = world.Connect();
  ASSERT_TRUE(client.Send(PostRequest("/park", "first") + PostRequest("/echo", "second") +
                          "GET /files/3 HTTP/1.1\r\n\r\n" + PostRequest("/nowhere", "") +
                          PostRequest("/echo", "fifth")));
  std::optional<Reply> reply = world.desk->Take();
  ASSERT_TRUE(reply.has_value());
  reply->Send(200, "parked");
  EXPECT_EQ(client.Read()->body, "parked");
  EXPECT_EQ(client.Read()->body, "second");
  EXPECT_EQ(client.Read()->body, "/files/3");
  EXPECT_EQ(client.Read()->status, 404);
  EXPECT_EQ(client.Read()->body, "fifth");
}

// The next request may come while the one before is still parked.
TEST(ServerTest, RequestSentWhileOneIsParkedWaitsItsTurn) {
  ServerWorld world;
  HttpClient client = world.Connect();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.Send(PostRequest("/park", "a")));
    std::optional<Reply> reply = world.desk->Take();
    ASSERT_TRUE(reply.has_value());
    ASSERT_TRUE(client.Send(PostRequest("/echo", "b")));
    std::thread([&] { reply->Send(200, "parked"); }).join();
    EXPECT_EQ(client.Read()->body, "parked");
    EXPECT_EQ(client.Read()->body, "b");
  }
}

TEST(ServerTest, ReplyLetGoUnansweredIsAnError) {
  ServerWorld world;
  HttpClient client = world.Connect();
  const std::optional<HttpAnswer> answer = client.Call("POST", "/drop", "{}");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 500);
  EXPECT_NE(answer->body.find("no answer"), std::string::npos);
  EXPECT_EQ(client.Call("GET", "/hello")->status, 200);

  ASSERT_TRUE(client.Send(PostRequest("/park", "{}")));
  ASSERT_TRUE(world.desk->Take().has_value());  // and lets it go, on this thread
  EXPECT_EQ(client.Read()->status, 500);
}

TEST(ServerTest, ReplyNoticesThatItsPeerLeft) {
  ServerWorld world;
  HttpClient client = world.Connect();
  ASSERT_TRUE(client.Send(PostRequest("/park", "{}")));
  std::optional<Reply> reply = world.desk->Take();
  ASSERT_TRUE(reply.has_value());
  EXPECT_FALSE(reply->abandoned());
  client.Close();
  EXPECT_TRUE(Eventually([&] { return reply->abandoned(); }));
  reply->Send(200, "nobody reads this");
  EXPECT_EQ(world.Connect().Call("GET", "/hello")->status, 200);
}

TEST(ServerTest, AbandonmentIsOfOneRequestOnly) {
  ServerWorld world;
  HttpClient leaves = world.Connect();
  HttpClient stays = world.Connect();
  ASSERT_TRUE(leaves.Send(PostRequest("/park", "{}")));
  std::optional<Reply> left = world.desk->Take();
  ASSERT_TRUE(stays.Send(PostRequest("/park", "{}")));
  std::optional<Reply> stayed = world.desk->Take();
  ASSERT_TRUE(left.has_value() && stayed.has_value());
  leaves.Close();
  ASSERT_TRUE(Eventually([&] { return left->abandoned(); }));
  EXPECT_FALSE(stayed->abandoned());
  stayed->Send(200, "still here");
  EXPECT_EQ(stays.Read()->body, "still here");
}

TEST(ServerTest, PeerThatOnlyEndedSendingGetsItsAnswer) {
  ServerWorld world;
  HttpClient client = world.Connect();
  ASSERT_TRUE(client.Send(PostRequest("/park", "{}")));
  client.EndSending();
  std::optional<Reply> reply = world.desk->Take();
  ASSERT_TRUE(reply.has_value());
  EXPECT_TRUE(Eventually([&] { return reply->abandoned(); }));
  reply->Send(200, "anyway");
  EXPECT_EQ(client.Read()->body, "anyway");
  EXPECT_TRUE(client.AtEnd());
}

TEST(ServerTest, AThousandConnectionsParkAndAreAnsweredFromManyThreads) {
  constexpr size_t kConnections = 1000;
  ServerWorld world;
  const std::string body(64 << 10, 'x');
  std::vector<HttpClient> clients;
  const size_t before = ::mallinfo2().uordblks;
  for (size_t i = 0; i < kConnections; ++i) {
    clients.push_back(world.Connect());
    ASSERT_TRUE(clients.back().Send(PostRequest("/park", body)));
  }
  std::vector<Reply> replies = world.desk->TakeAll(kConnections);
  ASSERT_EQ(replies.size(), kConnections);
  // A parked request keeps neither its body nor a read buffer (one body: the desk's).
  const size_t grown = ::mallinfo2().uordblks - before;
  if (!kSanitized) {
    EXPECT_LT(grown / kConnections, 4096u);
  }

  std::shuffle(replies.begin(), replies.end(), std::mt19937(7));
  std::array<std::thread, 4> threads;
  for (size_t t = 0; t < threads.size(); ++t) {
    threads[t] = std::thread([&, t] {
      for (size_t i = t; i < replies.size(); i += threads.size()) replies[i].Send(200, "go");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (HttpClient& client : clients) EXPECT_EQ(client.Read()->body, "go");
  EXPECT_EQ(world.server->in_flight(), 0u);
}

TEST(ServerTest, ListenErrorsNameTheAddress) {
  ServerWorld world;
  ServerOptions taken;
  taken.port = world.server->port();
  const absl::Status in_use = Server::Start(std::move(taken), {}).status();
  EXPECT_NE(in_use.message().find("127.0.0.1:" + std::to_string(world.server->port())),
            absl::string_view::npos)
      << in_use;
  ServerOptions wrong;
  wrong.address = "localhost";
  EXPECT_NE(Server::Start(std::move(wrong), {}).status().message().find("\"localhost\""),
            absl::string_view::npos);
}

// With one lane the accept that fails comes before the request that is sent after it.
TEST(ServerTest, ListenerOutOfDescriptorsRecovers) {
  ServerWorld world({}, nullptr, 1);
  HttpClient early = world.Connect();
  ASSERT_EQ(early.Call("GET", "/hello")->status, 200);
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  rlimit usual = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const int lowest_free = ::dup(socket);
  ASSERT_EQ(::close(lowest_free), 0);
  rlimit none = usual;
  none.rlim_cur = static_cast<rlim_t>(lowest_free);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  HttpClient late = HttpClient::OnSocket(socket, world.server->port());
  const bool sent = late.Send(PostRequest("/echo", "still alive"));
  const std::optional<HttpAnswer> meanwhile = early.Call("GET", "/hello");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
  EXPECT_TRUE(sent);
  EXPECT_EQ(meanwhile->status, 200);
  const std::optional<HttpAnswer> answer = late.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body, "still alive");
}

}  // namespace
}  // namespace tutti::http
