// A running server and what its handler was given, for the tests of src/http.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "http/self_signed.h"
#include "http/server.h"
#include "tests/support/http2_client.h"
#include "tests/support/http_client.h"

namespace tutti::http {

// Replies that handlers parked, in the order of arrival. Any thread.
class Desk {
 public:
  void Park(Reply reply, std::string body);
  // Waits until one more is there, at most half a minute.
  std::optional<Reply> Take();
  std::vector<Reply> TakeAll(size_t count);
  size_t arrived() const;
  std::string last_body() const;

 private:
  mutable absl::Mutex mutex_;
  std::vector<Reply> replies_ ABSL_GUARDED_BY(mutex_);
  size_t arrived_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string last_body_ ABSL_GUARDED_BY(mutex_);
};

// POST /echo answers the body, GET /hello and GET /files/... the target, POST /park parks on the
// desk, POST /drop lets its Reply go, POST /peer answers the peer, POST /large answers 32 MiB.
struct ServerWorld {
  explicit ServerWorld(Limits limits = {}, std::unique_ptr<TlsOptions> tls = nullptr,
                       int threads = 2);
  testing::HttpClient Connect() const { return testing::HttpClient(server->port()); }

  std::shared_ptr<Desk> desk = std::make_shared<Desk>();
  std::unique_ptr<Server> server;
};

// A certificate for "tutti.svc" and 127.0.0.1; a server that shows it, and a client that trusts it.
GeneratedCertificate Generate(const std::vector<std::string>& names = {"tutti.svc", "127.0.0.1"});
std::unique_ptr<TlsOptions> DataOptions(const GeneratedCertificate& certificate,
                                        const std::string& client_ca = "");
testing::TlsClientOptions Trusting(const GeneratedCertificate& certificate);

// A server with TLS, for clients that speak HTTP/2.
struct Http2World {
  explicit Http2World(Limits limits = {}, int threads = 2)
      : world(limits, DataOptions(certificate), threads) {}
  testing::Http2Client Connect() const {
    return testing::Http2Client(world.server->port(), Trusting(certificate));
  }

  const GeneratedCertificate certificate = Generate();
  ServerWorld world;
  Desk& desk = *world.desk;
};

// So many bodies of any length come back whole, on one connection.
template <class Client>
void ExpectEchoes(Client& client, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string body(static_cast<size_t>(i % 97), static_cast<char>('a' + i % 26));
    const std::optional<testing::HttpAnswer> answer = client.Call("POST", "/echo", body);
    ASSERT_TRUE(answer.has_value()) << i;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, body);
    EXPECT_EQ(answer->headers.at("content-length"), std::to_string(body.size()));
    EXPECT_EQ(answer->headers.at("content-type"), "application/json");
  }
}

constexpr size_t kLargeBytes = size_t{32} << 20;  // more than sockets buffer

// Asks again and again, for half a minute at most: for what no event tells.
bool Eventually(const std::function<bool()>& condition);

}  // namespace tutti::http
