// HTTP/2: many requests on one connection, what ends them, and how the connection ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "tests/unit/http/server_world.h"

namespace tutti::http {
namespace {

using testing::Http2Client;
using testing::HttpAnswer;

constexpr base::Duration kLong = std::chrono::seconds(60);

TEST(Http2SessionTest, AnswersOneConnectionsRequestsExactly) {
  Http2World http2;
  Http2Client client = http2.Connect();
  ASSERT_TRUE(client.ok()) << client.error();
  ASSERT_NO_FATAL_FAILURE(ExpectEchoes(client, 300));
  EXPECT_EQ(client.Call("GET", "/files/a?b=c")->body, "/files/a?b=c");
  EXPECT_EQ(client.Call("GET", "/hello")->headers.at("content-type"), "text/plain");
  EXPECT_EQ(client.Call("POST", "/drop", "{}")->status, 500);
  EXPECT_TRUE(client.Call("POST", "/peer", "{}")->body.starts_with("127.0.0.1:"));
  const Traffic traffic = http2.world.server->traffic(Protocol::kHttp2);
  EXPECT_EQ(traffic.connections, 1u);
  EXPECT_EQ(traffic.requests, 304u);
  EXPECT_EQ(http2.world.server->traffic(Protocol::kHttp1).connections, 0u);
}

TEST(Http2SessionTest, ParkedRequestsAreAnsweredInAnyOrderFromManyThreads) {
  constexpr size_t kRequests = 999;  // and one more, which is answered at once
  Http2World http2;
  Http2Client client = http2.Connect();
  std::vector<int32_t> streams;
  ASSERT_TRUE(client.Ping());  // so the client knows how many requests it may send at once
  for (size_t i = 0; i < kRequests; ++i) streams.push_back(client.Start("POST", "/park", "{}"));
  std::vector<Reply> replies = http2.desk.TakeAll(kRequests);
  ASSERT_EQ(replies.size(), kRequests);
  EXPECT_EQ(http2.world.server->in_flight(), kRequests);
  EXPECT_EQ(client.Call("GET", "/hello")->status, 200);

  std::vector<size_t> order(kRequests);
  for (size_t i = 0; i < kRequests; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), std::mt19937(7));
  std::array<std::thread, 4> threads;
  for (size_t t = 0; t < threads.size(); ++t) {
    threads[t] = std::thread([&, t] {
      for (size_t i = t; i < kRequests; i += threads.size())
        replies[order[i]].Send(200, std::to_string(order[i]));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < kRequests; ++i)
    EXPECT_EQ(client.Wait(streams[i])->body, std::to_string(i));
  EXPECT_EQ(http2.world.server->in_flight(), 0u);
  EXPECT_EQ(http2.world.server->traffic(Protocol::kHttp2).connections, 1u);
}

// Far beyond every window and frame, in both directions at once.
TEST(Http2SessionTest, LargeBodiesPassSideBySide) {
  Http2World http2;
  Http2Client client = http2.Connect();
  std::mt19937 random(20240);
  std::vector<std::string> bodies(3, std::string(size_t{5} << 20, '\0'));
  std::vector<int32_t> streams;
  for (std::string& body : bodies) {
    for (char& c : body) c = static_cast<char>(random());
    streams.push_back(client.Start("POST", "/echo", body));
  }
  for (size_t i = 0; i < bodies.size(); ++i) {
    const std::optional<HttpAnswer> answer = client.Wait(streams[i]);
    ASSERT_TRUE(answer.has_value()) << client.error();
    EXPECT_TRUE(answer->body == bodies[i]) << "seed 20240, request " << i;
  }
  EXPECT_EQ(client.Call("POST", "/large", "{}")->body.size(), kLargeBytes);
}

TEST(Http2SessionTest, ReplyNoticesThatItsStreamWasReset) {
  Http2World http2;
  Http2Client client = http2.Connect();
  const int32_t leaves = client.Start("POST", "/park", "{}");
  std::optional<Reply> left = http2.desk.Take();
  const int32_t stays = client.Start("POST", "/park", "{}");
  std::optional<Reply> stayed = http2.desk.Take();
  ASSERT_TRUE(left.has_value() && stayed.has_value());
  EXPECT_FALSE(left->abandoned());
  client.Reset(leaves);
  EXPECT_TRUE(Eventually([&] { return left->abandoned(); }));
  EXPECT_FALSE(stayed->abandoned());
  EXPECT_EQ(http2.world.server->in_flight(), 1u);
  left->Send(200, "nobody reads this");
  stayed->Send(200, "still here");
  EXPECT_EQ(client.Wait(stays)->body, "still here");
}

TEST(Http2SessionTest, RepliesNoticeThatTheirConnectionIsLost) {
  Http2World http2;
  Http2Client client = http2.Connect();
  for (int i = 0; i < 10; ++i) client.Start("POST", "/park", "{}");
  std::vector<Reply> replies = http2.desk.TakeAll(10);
  ASSERT_EQ(replies.size(), 10u);
  client.Close();
  for (Reply& reply : replies) {
    EXPECT_TRUE(Eventually([&] { return reply.abandoned(); }));
    reply.Send(200, "nobody reads this");
  }
  EXPECT_EQ(http2.world.server->in_flight(), 0u);
  EXPECT_EQ(http2.Connect().Call("GET", "/hello")->status, 200);
}

TEST(Http2SessionTest, StopSaysGoAwayAndDrainsWhatHasBegun) {
  Http2World http2;
  Http2Client idle = http2.Connect();
  EXPECT_EQ(idle.Call("GET", "/hello")->status, 200);
  Http2Client client = http2.Connect();
  const int32_t parked = client.Start("POST", "/park", "{}");
  std::optional<Reply> reply = http2.desk.Take();
  ASSERT_TRUE(reply.has_value());
  const int32_t half = client.StartOpen("/echo");
  client.SendPiece(half, "both ");
  ASSERT_TRUE(client.Ping());
  std::thread stopping([&] { http2.world.server->Stop(kLong); });
  idle.ReadToEnd();
  EXPECT_EQ(idle.goaway_code(), 0u);
  EXPECT_FALSE(reply->abandoned());
  client.SendPiece(half, "halves", true);
  EXPECT_EQ(client.Wait(half)->body, "both halves");
  reply->Send(200, std::string(kLargeBytes, 'x'));
  const std::optional<HttpAnswer> answer = client.Wait(parked);
  stopping.join();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body.size(), kLargeBytes);
  client.ReadToEnd();
  EXPECT_EQ(client.goaway_code(), 0u);
}

TEST(Http2SessionTest, StopGivesUpWhatIsNotAnsweredInTime) {
  Http2World http2;
  Http2Client client = http2.Connect();
  const int32_t parked = client.Start("POST", "/park", "{}");
  const int32_t half = client.StartOpen("/echo");
  std::optional<Reply> reply = http2.desk.Take();
  ASSERT_TRUE(reply.has_value());
  http2.world.server->Stop(base::Duration(0));
  EXPECT_TRUE(reply->abandoned());
  EXPECT_FALSE(client.Wait(parked).has_value());
  EXPECT_FALSE(client.Wait(half).has_value());
  EXPECT_EQ(http2.world.server->in_flight(), 0u);
  http2.world.server.reset();
  reply->Send(200, "too late");
}

TEST(Http2SessionTest, IdleConnectionIsClosedButNotWhileARequestIsParked) {
  Limits limits;
  limits.idle_timeout = limits.header_timeout = limits.body_timeout =
      std::chrono::milliseconds(200);
  Http2World http2(limits, 1);
  Http2Client parked = http2.Connect();
  const int32_t stream = parked.Start("POST", "/park", "{}");
  std::optional<Reply> reply = http2.desk.Take();
  ASSERT_TRUE(reply.has_value());
  Http2Client silent = http2.Connect();  // its time, set after the other's, runs out first
  silent.ReadToEnd();
  EXPECT_EQ(silent.goaway_code(), 0u);
  EXPECT_FALSE(reply->abandoned());
  reply->Send(200, "done");
  EXPECT_EQ(parked.Wait(stream)->body, "done");
  parked.ReadToEnd();
  EXPECT_EQ(parked.goaway_code(), 0u);
}

TEST(Http2SessionTest, StopUnderLoad) {
  for (int round = 0; round < 5; ++round) {
    Http2World http2;
    std::atomic<int> answered{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        Http2Client client = http2.Connect();
        while (client.Call("POST", "/echo", "{}")) ++answered;
      });
    }
    EXPECT_TRUE(Eventually([&] { return answered > 100; }));
    http2.world.server->Stop(kLong);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(http2.world.server->in_flight(), 0u);
  }
}

}  // namespace
}  // namespace tutti::http
