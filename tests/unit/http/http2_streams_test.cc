// HTTP/2: limits, requests that are wrong, and peers that mean no good.
#include "http/http2_streams.h"

#include <gtest/gtest.h>

#include "tests/unit/http/server_world.h"

namespace tutti::http {
namespace {

using testing::Http2Client;
using testing::HttpAnswer;
using testing::HttpClient;
using testing::TlsClientOptions;

// Codes of RST_STREAM and GOAWAY (RFC 9113, 7).
constexpr uint32_t kNoError = 0x0;
constexpr uint32_t kProtocolError = 0x1;
constexpr uint32_t kCancel = 0x8;
constexpr uint32_t kEnhanceYourCalm = 0xb;

Limits SmallLimits() {
  Limits limits;
  limits.header_bytes = 1024;
  limits.body_bytes = 2048;
  return limits;
}

// A frame as it goes over the wire.
std::string Frame(char type, char flags, int32_t stream, const std::string& payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(payload.size() >> shift);
  frame += type;
  frame += flags;
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(stream >> shift);
  return frame + payload;
}
constexpr char kHeaders = 1;
constexpr char kPing = 6;
constexpr char kWindowUpdate = 8;
constexpr char kContinuation = 9;

TEST(Http2StreamsTest, RefusedRequestsReachNoHandlerAndKeepTheConnection) {
  Http2World http2(SmallLimits());
  Http2Client client = http2.Connect();
  ASSERT_TRUE(client.ok()) << client.error();
  struct Case {
    const char* name;
    int32_t stream;
    int status;
  };
  const std::vector<Case> cases = {
      {"BodyByLength", client.StartOpen("/park", {{"content-length", "2049"}}), 413},
      {"HugeBodyByLength", client.StartOpen("/park", {{"content-length", "9223372036854775807"}}),
       413},
      {"BodySentInFull", client.Start("POST", "/park", std::string(100'000, 'x')), 413},
      {"LongHeader", client.Start("GET", "/hello", "", {{"x", std::string(4096, 'x')}}), 431},
      {"ManyHeaders", client.Start("GET", "/hello", "", Http2Client::Fields(40, {"x", "y"})), 431},
      {"LongTarget", client.Start("GET", "/" + std::string(4096, 'x')), 431},
      {"UnknownPath", client.Start("POST", "/nowhere", "{}"), 404},
      {"WrongMethod", client.Start("GET", "/park"), 405},
      {"OtherMethod", client.Start("PUT", "/park"), 405},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const std::optional<HttpAnswer> answer = client.Wait(c.stream);
    ASSERT_TRUE(answer.has_value()) << client.error();
    EXPECT_EQ(answer->status, c.status) << answer->body;
    EXPECT_TRUE(answer->body.starts_with(R"({"Error":")")) << answer->body;
    EXPECT_EQ(answer->headers.at("content-type"), "application/json");
    if (c.status == 405) {
      EXPECT_EQ(answer->headers.at("allow"), "POST");
    }
    EXPECT_EQ(client.reset_code(c.stream).value_or(kNoError), kNoError);
  }
  EXPECT_EQ(client.Call("POST", "/echo", std::string(2048, 'x'))->body.size(), 2048u);
  EXPECT_EQ(http2.desk.arrived(), 0u);
}

// Fields that HTTP/1.1 proxies read each in their own way.
TEST(Http2StreamsTest, MalformedRequestsAreResetAndReachNoHandler) {
  Http2World http2;
  Http2Client client = http2.Connect();
  const std::vector<Http2Client::Fields> bad = {{{"connection", "close"}},
                                                {{"transfer-encoding", "chunked"}},
                                                {{"content-length", "1"}},
                                                {{"content-length", "2"}, {"content-length", "2"}},
                                                {{"content-length", "many"}},
                                                {{"x", "a\r\nb: c"}},
                                                {{"x y", "z"}},
                                                {{":path", "/park"}}};
  for (const Http2Client::Fields& fields : bad) {
    SCOPED_TRACE(fields[0].first + ": " + fields[0].second);
    const int32_t stream = client.Start("POST", "/park", "{}", fields);
    EXPECT_FALSE(client.Wait(stream).has_value());
    EXPECT_EQ(client.reset_code(stream), kProtocolError);
  }
  EXPECT_EQ(client.Call("GET", "/hello")->status, 200);
  EXPECT_EQ(http2.desk.arrived(), 0u);
}

TEST(Http2StreamsTest, AnswerToHeadHasNoBody) {
  Http2World http2;
  const std::optional<HttpAnswer> answer = http2.Connect().Call("HEAD", "/hello");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 405);
  EXPECT_EQ(answer->body, "");
}

TEST(Http2StreamsTest, ContinueIsSentOnDemand) {
  Http2World http2;
  Http2Client client = http2.Connect();
  const int32_t stream = client.StartOpen("/echo", {{"expect", "100-Continue"}});
  client.SendPiece(stream, "{}", true);
  const std::optional<HttpAnswer> answer = client.Wait(stream);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->interim, std::vector<int>{100});
  EXPECT_EQ(answer->body, "{}");
}

TEST(Http2StreamsTest, SlowBodyIsGivenUp) {
  Limits limits;
  limits.body_timeout = std::chrono::milliseconds(200);
  Http2World http2(limits);
  Http2Client client = http2.Connect();
  const int32_t stream = client.StartOpen("/park");
  client.SendPiece(stream, "{");
  const std::optional<HttpAnswer> answer = client.Wait(stream);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 408);
  EXPECT_EQ(client.reset_code(stream), kNoError);
  EXPECT_EQ(client.Call("GET", "/hello")->status, 200);
  EXPECT_EQ(http2.desk.arrived(), 0u);
}

// The rest of a header may not come later than other frames: the whole connection waits for it.
TEST(Http2StreamsTest, SlowHeaderEndsTheConnection) {
  Limits limits;
  limits.header_timeout = std::chrono::milliseconds(200);
  Http2World http2(limits);
  Http2Client client = http2.Connect();
  ASSERT_TRUE(client.Ping());  // so that it has nothing to say between the frames
  client.SendRaw(Frame(kHeaders, 0, 1, "\x82"));
  client.ReadToEnd();
  EXPECT_EQ(client.goaway_code(), kEnhanceYourCalm);
}

TEST(Http2StreamsTest, AnswerThatNobodyTakesIsGivenUp) {
  Limits limits;
  limits.body_timeout = std::chrono::milliseconds(200);
  Http2World http2(limits);
  Http2Client client = http2.Connect();
  client.HoldWindow();
  const int32_t stream = client.Start("POST", "/echo", "{}");
  const std::optional<HttpAnswer> answer = client.Wait(stream);
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(client.reset_code(stream), kCancel);
  EXPECT_TRUE(client.Ping());
}

TEST(Http2StreamsTest, RequestsOverTheLimitsAreTurnedAway) {
  Limits limits;
  limits.in_flight = 2;
  limits.streams = 3;
  Http2World http2(limits);
  Http2Client client = http2.Connect();
  ASSERT_TRUE(client.Ping());
  EXPECT_EQ(client.max_streams(), 3u);
  const int32_t first = client.Start("POST", "/park", "{}");
  client.Start("POST", "/park", "{}");
  std::vector<Reply> replies = http2.desk.TakeAll(2);
  ASSERT_EQ(replies.size(), 2u);
  const std::optional<HttpAnswer> refused = client.Call("POST", "/echo", "{}");
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 503);
  EXPECT_EQ(refused->headers.at("retry-after"), "1");
  replies[0].Send(200, "done");
  EXPECT_EQ(client.Wait(first)->status, 200);
  EXPECT_EQ(client.Call("POST", "/echo", "{}")->status, 200);
}

TEST(Http2StreamsTest, HalfSentBodiesOfOneConnectionAreBounded) {
  Http2World http2(SmallLimits());
  Http2Client client = http2.Connect();
  std::vector<int32_t> streams;
  for (int i = 0; i < 5; ++i) {
    streams.push_back(client.StartOpen("/echo"));
    client.SendPiece(streams.back(), std::string(2000, 'x'));
  }
  EXPECT_EQ(client.Wait(streams[4])->status, 503);
  for (int i = 0; i < 4; ++i) {
    client.SendPiece(streams[static_cast<size_t>(i)], "", true);
    EXPECT_EQ(client.Wait(streams[static_cast<size_t>(i)])->body.size(), 2000u);
  }
  EXPECT_EQ(client.Call("POST", "/echo", std::string(2000, 'x'))->status, 200);
}

// CVE-2023-44487.
TEST(Http2StreamsTest, RapidResetsEndTheConnection) {
  Limits limits;
  limits.streams = 10;
  Http2World http2(limits);
  Http2Client client = http2.Connect();
  constexpr size_t kMany = 5000;
  for (size_t i = 0; i < kMany && !client.goaway_code(); ++i)
    client.Reset(client.Start("POST", "/park", "{}"));
  client.ReadToEnd();
  EXPECT_TRUE(client.goaway_code().has_value());
  EXPECT_LT(http2.desk.arrived(), kMany / 2);
  EXPECT_TRUE(Eventually([&] { return http2.world.server->in_flight() == 0; }));
}

// CVE-2025-8671: the peer makes the server reset.
TEST(Http2StreamsTest, ProvokedResetsEndTheConnection) {
  Limits limits;
  limits.streams = 10;
  Http2World http2(limits);
  Http2Client client = http2.Connect();
  constexpr size_t kMany = 5000;
  for (size_t i = 0; i < kMany && !client.goaway_code(); ++i) {
    const int32_t stream = client.Start("POST", "/park", "{}");
    client.SendRaw(Frame(kWindowUpdate, 0, stream, "\x7f\xff\xff\xff"));
    client.Wait(stream);
  }
  EXPECT_EQ(client.goaway_code(), kEnhanceYourCalm);
  EXPECT_LT(http2.desk.arrived(), kMany / 2);
  EXPECT_TRUE(Eventually([&] { return http2.world.server->in_flight() == 0; }));
}

// A scheduler gives up all its binds at once when their time is over.
TEST(Http2StreamsTest, ResettingEveryParkedRequestAtOnceIsNoAttack) {
  Limits limits;
  limits.streams = 50;
  Http2World http2(limits);
  Http2Client client = http2.Connect();
  ASSERT_TRUE(client.Ping());
  std::vector<int32_t> streams;
  for (int i = 0; i < 50; ++i) streams.push_back(client.Start("POST", "/park", "{}"));
  ASSERT_EQ(http2.desk.TakeAll(50).size(), 50u);
  for (const int32_t stream : streams) client.Reset(stream);
  EXPECT_EQ(client.Call("GET", "/hello")->status, 200);
}

TEST(Http2StreamsTest, HeadersWithoutEndEndTheConnection) {
  Http2World http2;
  Http2Client client = http2.Connect();
  ASSERT_TRUE(client.Ping());
  std::string flood = Frame(kHeaders, 0, 1, "\x82");
  for (int i = 0; i < 1000; ++i) flood += Frame(kContinuation, 0, 1, "\x84");
  client.SendRaw(flood);
  client.ReadToEnd();
  EXPECT_EQ(client.goaway_code(), kEnhanceYourCalm);
  EXPECT_EQ(http2.Connect().Call("GET", "/hello")->status, 200);
}

// What it makes us say it must take.
TEST(Http2StreamsTest, PingsWhoseAnswersNobodyReadsEndTheConnection) {
  Limits limits;
  limits.body_timeout = std::chrono::milliseconds(200);
  limits.connections = 1;
  Http2World http2(limits);
  Http2Client deaf = http2.Connect();
  ASSERT_TRUE(deaf.Ping());
  std::string pings;
  for (int i = 0; i < 1000; ++i) pings += Frame(kPing, 0, 0, "12345678");
  for (int i = 0; i < 2000 && deaf.SendRaw(pings); ++i) {
  }
  EXPECT_FALSE(deaf.SendRaw(pings));
  EXPECT_TRUE(Eventually([&] {
    Http2Client client = http2.Connect();
    return client.ok() && client.Call("GET", "/hello").has_value();
  }));
}

TEST(Http2StreamsTest, GarbageEndsTheConnection) {
  Http2World http2;
  Http2Client client = http2.Connect();
  ASSERT_TRUE(client.Ping());
  client.SendRaw(std::string(1000, '\xff'));
  client.ReadToEnd();
  EXPECT_NE(client.goaway_code().value_or(kNoError), kNoError);

  TlsClientOptions options = Trusting(http2.certificate);
  options.alpn = {"h2"};
  HttpClient no_preface(http2.world.server->port(), options);
  ASSERT_TRUE(no_preface.Send("GET /hello HTTP/1.1\r\nHost: t\r\n\r\n"));
  std::string all;
  for (std::string some = no_preface.ReadSome(); !some.empty(); some = no_preface.ReadSome())
    all += some;
  EXPECT_EQ(all.find("/hello"), std::string::npos);
  EXPECT_EQ(http2.Connect().Call("GET", "/hello")->status, 200);
}

}  // namespace
}  // namespace tutti::http
