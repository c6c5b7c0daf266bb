// What the server refuses, and that it goes on serving.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/http/server_world.h"

namespace tutti::http {
namespace {

using testing::HttpAnswer;
using testing::HttpClient;
using testing::PostRequest;

constexpr std::string_view kJson = "Host: t\r\nContent-Type: application/json\r\n";

Limits SmallLimits() {
  Limits limits;
  limits.header_bytes = 1024;
  limits.body_bytes = 2048;
  return limits;
}

std::string Chunked(size_t chunks, size_t bytes_each) {
  std::string request =
      "POST /park HTTP/1.1\r\n" + std::string(kJson) + "Transfer-Encoding: chunked\r\n\r\n";
  char size[32];
  std::snprintf(size, sizeof(size), "%zx\r\n", bytes_each);
  for (size_t i = 0; i < chunks; ++i) request += size + std::string(bytes_each, 'x') + "\r\n";
  return request + "0\r\n\r\n";
}

std::string Post(std::string_view path, const std::string& headers, const std::string& rest = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\n" + headers + "\r\n" + rest;
}

struct BadRequest {
  const char* name;
  std::string bytes;
  int status;
  bool keeps_connection = false;
};

std::vector<BadRequest> BadRequests() {
  const std::string json(kJson);
  return {
      {"NoRequestLine", "hello\r\n\r\n", 400},
      {"NoVersion", "GET /hello\r\n\r\n", 400},
      {"FutureVersion", "GET /hello HTTP/7.3\r\n\r\n", 400},
      {"TlsToPlainPort", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15),
       400},
      {"HeaderWithoutColon", "GET /hello HTTP/1.1\r\nHost\r\n\r\n", 400},
      {"LengthNoNumber", Post("/park", json + "Content-Length: many\r\n"), 400},
      {"NegativeLength", Post("/park", json + "Content-Length: -1\r\n"), 400},
      {"TwoLengths", Post("/park", json + "Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), 400},
      {"LengthAndChunked",
       Post("/park", json + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       400},
      {"UnknownEncoding", Post("/park", json + "Transfer-Encoding: gzip\r\n", "{}"), 400},
      {"ChunkSizeNoNumber", Post("/park", json + "Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n"),
       400},
      {"BodyByLength", Post("/park", json + "Content-Length: 2049\r\n"), 413},
      {"HugeBodyByLength", Post("/park", json + "Content-Length: 18446744073709551615\r\n"), 413},
      {"BodySentInFull", PostRequest("/park", std::string(100'000, 'x')), 413},
      {"BodyByChunks", Chunked(5, 512), 413},
      {"BodyByOneChunk", Chunked(1, 100'000), 413},
      {"LongHeader", "GET /hello HTTP/1.1\r\nX: " + std::string(4096, 'x') + "\r\n\r\n", 431},
      {"LongTarget", "GET /" + std::string(4096, 'x') + " HTTP/1.1\r\n\r\n", 431},
      {"UnknownPath", PostRequest("/nowhere", "{}"), 404, true},
      {"PathIsNoPrefix", PostRequest("/park/deeper", "{}"), 404, true},
      {"WrongMethod", "GET /park HTTP/1.1\r\nHost: t\r\n\r\n", 405, true},
      {"NoContentType", Post("/park", "Host: t\r\nContent-Length: 2\r\n", "{}"), 415, true},
      {"OtherContentType",
       Post("/park", "Content-Type: application/jsonp\r\nContent-Length: 2\r\n", "{}"), 415, true},
  };
}

TEST(LimitsTest, BadRequestsAreAnsweredAndReachNoHandler) {
  ServerWorld world(SmallLimits());
  for (const BadRequest& bad : BadRequests()) {
    SCOPED_TRACE(bad.name);
    HttpClient client = world.Connect();
    ASSERT_TRUE(client.Send(bad.bytes));
    const std::optional<HttpAnswer> answer = client.Read();
    ASSERT_TRUE(answer.has_value()) << client.error();
    EXPECT_EQ(answer->status, bad.status) << answer->body;
    EXPECT_TRUE(answer->body.starts_with(R"({"Error":")")) << answer->body;
    EXPECT_EQ(answer->headers.at("content-type"), "application/json");
    if (bad.keeps_connection) {
      const std::optional<HttpAnswer> next = client.Call("GET", "/hello");
      ASSERT_TRUE(next.has_value());
      EXPECT_EQ(next->status, 200);
    } else {
      EXPECT_EQ(answer->headers.at("connection"), "close");
      EXPECT_TRUE(client.AtEnd());
    }
  }
  EXPECT_EQ(world.desk->arrived(), 0u);
}

TEST(LimitsTest, BodiesAtTheLimitPass) {
  ServerWorld world(SmallLimits());
  HttpClient client = world.Connect();
  EXPECT_EQ(client.Call("POST", "/echo", std::string(2048, 'x'))->body.size(), 2048u);
  std::string chunked = Chunked(4, 512);
  chunked.replace(chunked.find("/park"), 5, "/echo");
  ASSERT_TRUE(client.Send(chunked));
  EXPECT_EQ(client.Read()->body, std::string(2048, 'x'));
}

TEST(LimitsTest, WrongMethodTellsTheRightOne) {
  ServerWorld world;
  HttpClient client = world.Connect();
  EXPECT_EQ(client.Call("GET", "/park")->headers.at("allow"), "POST");
  EXPECT_EQ(client.Call("POST", "/hello", "{}")->headers.at("allow"), "GET");
}

// A body behind the answer to HEAD would be taken for the next answer.
TEST(LimitsTest, AnswerToHeadHasNoBody) {
  ServerWorld world;
  HttpClient client = world.Connect();
  EXPECT_EQ(client.Call("HEAD", "/hello")->status, 405);
  EXPECT_EQ(client.Call("GET", "/hello")->body, "/hello");
}

TEST(LimitsTest, TruncatedRequestsReachNoHandler) {
  ServerWorld world;
  for (const std::string& part :
       {std::string("POST /pa"), std::string("POST /park HTTP/1.1\r\nHost: t\r\n"),
        PostRequest("/park", "{\"a\":1}").substr(0, PostRequest("/park", "{\"a\":1}").size() - 1),
        Post("/park", std::string(kJson) + "Transfer-Encoding: chunked\r\n", "8\r\n{}")}) {
    SCOPED_TRACE(part);
    HttpClient client = world.Connect();
    ASSERT_TRUE(client.Send(part));
    client.EndSending();
    const std::optional<HttpAnswer> answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 400);
    EXPECT_TRUE(client.AtEnd());
  }
  EXPECT_EQ(world.desk->arrived(), 0u);
  EXPECT_EQ(world.Connect().Call("GET", "/hello")->status, 200);
}

TEST(LimitsTest, SlowHeaderIsGivenUp) {
  Limits limits;
  limits.header_timeout = std::chrono::milliseconds(20);
  ServerWorld world(limits);
  HttpClient client = world.Connect();
  ASSERT_TRUE(client.Send("POST /park HTTP/1.1\r\nHost: "));
  const std::optional<HttpAnswer> answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 408);
  EXPECT_TRUE(client.AtEnd());
}

TEST(LimitsTest, SlowBodyIsGivenUp) {
  Limits limits;
  limits.body_timeout = std::chrono::milliseconds(20);
  ServerWorld world(limits);
  HttpClient client = world.Connect();
  ASSERT_TRUE(client.Send(PostRequest("/park", "{\"a\":1}").substr(0, 90)));
  const std::optional<HttpAnswer> answer = client.Read();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 408);
  EXPECT_TRUE(client.AtEnd());
  EXPECT_EQ(world.desk->arrived(), 0u);
}

TEST(LimitsTest, IdleConnectionIsClosed) {
  Limits limits;
  limits.idle_timeout = std::chrono::milliseconds(20);
  ServerWorld world(limits);
  HttpClient silent = world.Connect();
  EXPECT_TRUE(silent.AtEnd());
  HttpClient client = world.Connect();
  ASSERT_TRUE(client.Call("GET", "/hello").has_value());
  EXPECT_TRUE(client.AtEnd());
}

// The idle time of a connection does not count while its request is parked.
TEST(LimitsTest, ParkedRequestOutlivesTheIdleTimeout) {
  Limits limits;
  limits.idle_timeout = limits.header_timeout = limits.body_timeout = std::chrono::milliseconds(20);
  ServerWorld world(limits, nullptr, 1);
  HttpClient parked = world.Connect();
  ASSERT_TRUE(parked.Send(PostRequest("/park", "{}")));
  std::optional<Reply> reply = world.desk->Take();
  ASSERT_TRUE(reply.has_value());
  HttpClient later = world.Connect();  // its timer, set after the other's, runs out first
  ASSERT_TRUE(later.AtEnd());
  EXPECT_FALSE(reply->abandoned());
  reply->Send(200, "done");
  EXPECT_EQ(parked.Read()->body, "done");
}

// Otherwise a peer that reads nothing holds the answer and the connection for ever.
TEST(LimitsTest, AnswerThatNobodyReadsIsGivenUp) {
  Limits limits;
  limits.connections = 1;
  limits.body_timeout = std::chrono::milliseconds(20);
  ServerWorld world(limits);
  HttpClient deaf = world.Connect();
  ASSERT_TRUE(deaf.Send(PostRequest("/large", "{}")));
  EXPECT_TRUE(Eventually([&] {
    HttpClient client = world.Connect();
    const std::optional<HttpAnswer> answer = client.Call("GET", "/hello");
    return answer && answer->status == 200;
  }));
  EXPECT_FALSE(deaf.Read().has_value());
}

TEST(LimitsTest, RequestsOverTheLimitAreTurnedAway) {
  Limits limits;
  limits.in_flight = 1;
  ServerWorld world(limits);
  HttpClient parked = world.Connect();
  ASSERT_TRUE(parked.Send(PostRequest("/park", "{}")));
  std::optional<Reply> reply = world.desk->Take();
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(world.server->in_flight(), 1u);
  HttpClient client = world.Connect();
  const std::optional<HttpAnswer> refused = client.Call("POST", "/echo", "{}");
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->headers.at("retry-after"), "1");
  reply->Send(200, "done");
  EXPECT_EQ(parked.Read()->status, 200);
  EXPECT_EQ(world.server->in_flight(), 0u);
  EXPECT_EQ(client.Call("POST", "/echo", "{}")->status, 200);
}

TEST(LimitsTest, ConnectionsOverTheLimitAreTurnedAway) {
  Limits limits;
  limits.connections = 2;
  ServerWorld world(limits);
  HttpClient first = world.Connect();
  HttpClient second = world.Connect();
  EXPECT_EQ(first.Call("GET", "/hello")->status, 200);
  EXPECT_EQ(second.Call("GET", "/hello")->status, 200);
  HttpClient third = world.Connect();
  const std::optional<HttpAnswer> refused = third.Read();
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 503);
  EXPECT_TRUE(third.AtEnd());
  third.Close();
  first.Close();
  EXPECT_TRUE(Eventually([&] {
    HttpClient client = world.Connect();
    const std::optional<HttpAnswer> answer = client.Call("GET", "/hello");
    return answer && answer->status == 200;
  }));
  EXPECT_EQ(second.Call("GET", "/hello")->status, 200);
}

TEST(LimitsTest, ContinueIsSentOnDemand) {
  ServerWorld world(SmallLimits());
  for (const char* expect : {"Expect: 100-continue\r\n", "Expect: 100-Continue\r\n"}) {
    HttpClient client = world.Connect();
    const std::string request = PostRequest("/echo", "{}", expect);
    ASSERT_TRUE(client.Send(request.substr(0, request.size() - 2)));
    HttpClient other = world.Connect();
    ASSERT_TRUE(client.Send("{}"));
    const std::optional<HttpAnswer> answer = client.Read();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->interim, std::vector<int>{100});
    EXPECT_EQ(answer->body, "{}");
  }
  HttpClient client = world.Connect();
  ASSERT_TRUE(client.Send(
      Post("/echo", std::string(kJson) + "Expect: 100-continue\r\nContent-Length: 9999\r\n")));
  const std::optional<HttpAnswer> refused = client.Read();
  ASSERT_TRUE(refused.has_value());
  EXPECT_TRUE(refused->interim.empty());
  EXPECT_EQ(refused->status, 413);
}

}  // namespace
}  // namespace tutti::http
