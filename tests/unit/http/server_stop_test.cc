// Server::Stop: what it waits for, what it closes, and what outlives it.
#include <gtest/gtest.h>

#include "tests/unit/http/server_world.h"

namespace tutti::http {
namespace {

using testing::HttpAnswer;
using testing::HttpClient;
using testing::PostRequest;

constexpr base::Duration kLong = std::chrono::seconds(60);

// A server that is stopping: `idle`, a connection without a request, has been closed.
class Stopping {
 public:
  explicit Stopping(ServerWorld& world) {
    HttpClient idle = world.Connect();
    EXPECT_EQ(idle.Call("GET", "/hello")->status, 200);
    thread_ = std::thread([&world] { world.server->Stop(kLong); });
    EXPECT_TRUE(idle.AtEnd());
  }
  ~Stopping() { thread_.join(); }

 private:
  std::thread thread_;
};

TEST(StopTest, DrainsAParkedRequest) {
  ServerWorld world;
  HttpClient client = world.Connect();
  ASSERT_TRUE(client.Send(PostRequest("/park", "{}")));
  std::optional<Reply> reply = world.desk->Take();
  ASSERT_TRUE(reply.has_value());
  {
    Stopping stopping(world);
    EXPECT_FALSE(reply->abandoned());
    reply->Send(200, "last words");
  }
  const std::optional<HttpAnswer> answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body, "last words");
  EXPECT_EQ(answer->headers.at("connection"), "close");
  EXPECT_TRUE(client.AtEnd());
  EXPECT_FALSE(HttpClient(world.server->port()).ok());
}

TEST(StopTest, DrainsARequestThatIsBeingRead) {
  ServerWorld world({}, nullptr, 1);
  HttpClient client = world.Connect();
  const std::string request = PostRequest("/echo", "both halves", "Expect: 100-continue\r\n");
  const size_t half = request.size() - 5;
  ASSERT_TRUE(client.Send(request.substr(0, half)));
  ASSERT_EQ(world.Connect().Call("GET", "/hello")->status, 200);  // so the lane has read the half
  {
    Stopping stopping(world);
    ASSERT_TRUE(client.Send(request.substr(half)));
    const std::optional<HttpAnswer> answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "both halves");
    EXPECT_TRUE(client.AtEnd());
  }
}

// An answer counts as given when it has been written, not when the handler is done.
TEST(StopTest, DrainsAnAnswerThatIsBeingWritten) {
  ServerWorld world;
  HttpClient client = world.Connect();
  ASSERT_TRUE(client.Send(PostRequest("/park", "{}")));
  std::optional<Reply> reply = world.desk->Take();
  ASSERT_TRUE(reply.has_value());
  reply->Send(200, std::string(kLargeBytes, 'x'));
  {
    Stopping stopping(world);
    const std::optional<HttpAnswer> answer = client.Read();
    ASSERT_TRUE(answer.has_value()) << client.error();
    EXPECT_EQ(answer->body.size(), kLargeBytes);
  }
}

TEST(StopTest, GivesUpWhatIsNotAnsweredInTime) {
  ServerWorld world;
  HttpClient parked = world.Connect();
  HttpClient half = world.Connect();
  ASSERT_TRUE(half.Send("POST /echo HTTP/1.1\r\nHo"));
  ASSERT_TRUE(parked.Send(PostRequest("/park", "{}")));
  std::optional<Reply> reply = world.desk->Take();
  ASSERT_TRUE(reply.has_value());
  world.server->Stop(base::Duration(0));
  EXPECT_TRUE(reply->abandoned());
  EXPECT_FALSE(parked.Read().has_value());
  EXPECT_FALSE(half.Read().has_value());
  EXPECT_EQ(world.server->in_flight(), 0u);
  reply->Send(200, "too late");
  world.server->Stop(kLong);  // again: nothing to wait for
}

TEST(StopTest, RepliesMayOutliveTheServer) {
  std::vector<Reply> replies;
  {
    ServerWorld world;
    std::vector<HttpClient> clients;
    for (int i = 0; i < 10; ++i) {
      clients.push_back(world.Connect());
      ASSERT_TRUE(clients.back().Send(PostRequest("/park", "{}")));
    }
    replies = world.desk->TakeAll(10);
    ASSERT_EQ(replies.size(), 10u);
    world.server.reset();
  }
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(replies[i].abandoned());
    replies[i].Send(200, "nobody");
  }
}

// The handlers themselves keep the replies that keep the server's state.
TEST(StopTest, RepliesParkedForEverAreNotLeaked) {
  ServerWorld world;
  HttpClient client = world.Connect();
  ASSERT_TRUE(client.Send(PostRequest("/park", "{}")));
  ASSERT_TRUE(Eventually([&] { return world.desk->arrived() == 1; }));
}

TEST(StopTest, StopUnderLoad) {
  for (int round = 0; round < 10; ++round) {
    ServerWorld world;
    std::atomic<int> answered{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (;;) {
          HttpClient client = world.Connect();
          if (!client.ok()) return;
          while (client.Call("POST", "/echo", "{}")) ++answered;
        }
      });
    }
    EXPECT_TRUE(Eventually([&] { return answered > 100; }));
    std::thread parker([&] {
      while (world.server->in_flight() > 0) std::this_thread::yield();
    });
    world.server->Stop(kLong);
    for (std::thread& thread : threads) thread.join();
    parker.join();
    EXPECT_EQ(world.server->in_flight(), 0u);
  }
}

}  // namespace
}  // namespace tutti::http
