#include "tests/unit/http/server_world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

#include "base/clock.h"

namespace tutti::http {
namespace {

constexpr absl::Duration kGiveUp = absl::Seconds(30);

}  // namespace

void Desk::Park(Reply reply, std::string body) {
  absl::MutexLock lock(&mutex_);
  replies_.push_back(std::move(reply));
  last_body_ = std::move(body);
  ++arrived_;
}

std::vector<Reply> Desk::TakeAll(size_t count) {
  const auto enough = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return replies_.size() >= count;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&enough), kGiveUp);
  return std::exchange(replies_, {});
}

std::optional<Reply> Desk::Take() {
  std::vector<Reply> replies = TakeAll(1);
  if (replies.size() != 1) return std::nullopt;
  return std::move(replies.front());
}

size_t Desk::arrived() const {
  absl::MutexLock lock(&mutex_);
  return arrived_;
}

std::string Desk::last_body() const {
  absl::MutexLock lock(&mutex_);
  return last_body_;
}

ServerWorld::ServerWorld(Limits limits, std::unique_ptr<TlsOptions> tls, int threads) {
  ServerOptions options;
  options.limits = limits;
  options.tls = std::move(tls);
  options.threads = threads;
  const Handler park = [d = desk](const Request& request, Reply reply) {
    d->Park(std::move(reply), std::string(request.body));
  };
  const Handler target = [](const Request& request, Reply reply) {
    reply.Send(200, std::string(request.target), "text/plain");
  };
  std::vector<Server::Route> routes = {
      {"POST", "/echo",
       [](const Request& request, Reply reply) { reply.Send(200, std::string(request.body)); }},
      {"GET", "/hello", target},
      {"GET", "/files/", target},
      {"POST", "/park", park},
      {"POST", "/drop", [](const Request&, Reply) {}},
      {"POST", "/peer",
       [](const Request& request, Reply reply) { reply.Send(200, std::string(request.peer)); }},
      {"POST", "/large",
       [](const Request&, Reply reply) { reply.Send(200, std::string(kLargeBytes, 'x')); }}};
  absl::StatusOr<std::unique_ptr<Server>> started =
      Server::Start(std::move(options), std::move(routes));
  EXPECT_TRUE(started.ok()) << started.status();
  if (started.ok()) server = *std::move(started);
}

GeneratedCertificate Generate(const std::vector<std::string>& names) {
  return *GenerateServerCertificate(names, std::chrono::hours(1), base::SystemClock().WallNanos());
}

std::unique_ptr<TlsOptions> DataOptions(const GeneratedCertificate& certificate,
                                        const std::string& client_ca) {
  auto options = std::make_unique<TlsOptions>();
  options->cert_data = certificate.cert_pem;
  options->key_data = certificate.key_pem;
  options->client_ca_data = client_ca;
  return options;
}

testing::TlsClientOptions Trusting(const GeneratedCertificate& certificate) {
  testing::TlsClientOptions options;
  options.ca_pem = certificate.ca_pem;
  options.server_name = "tutti.svc";
  return options;
}

bool Eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + absl::ToChronoSeconds(kGiveUp);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace tutti::http
