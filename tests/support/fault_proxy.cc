#include "tests/support/fault_proxy.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "kube/client.h"

namespace tutti::testing {
namespace {

constexpr size_t kSlowPiece = 16;

void BreakSocket(int socket) { ::shutdown(socket, SHUT_RDWR); }

}  // namespace

TcpFaultProxy::TcpFaultProxy(int upstream_port) : upstream_port_(upstream_port) {
  listener_ = ListenOnFreePort(&port_);
  acceptor_ = std::thread([this] { Accept(); });
}

TcpFaultProxy::~TcpFaultProxy() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  BreakConnections();
  for (std::thread& thread : threads_) thread.join();
  for (const Pair& pair : pairs_) {
    ::close(pair.client);
    ::close(pair.server);
  }
}

void TcpFaultProxy::SetMode(Mode mode) {
  std::lock_guard<std::mutex> lock(mutex_);
  mode_ = mode;
  if (mode == Mode::kRefuse) {
    for (const Pair& pair : pairs_) BreakSocket(pair.client), BreakSocket(pair.server);
  }
  changed_.notify_all();
}

void TcpFaultProxy::CutRepliesAfter(int64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex_);
  reply_bytes_left_ = bytes;
}

void TcpFaultProxy::BreakConnections() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const Pair& pair : pairs_) BreakSocket(pair.client), BreakSocket(pair.server);
}

size_t TcpFaultProxy::connections_made() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return made_;
}

void TcpFaultProxy::Accept() {
  while (true) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    std::lock_guard<std::mutex> lock(mutex_);
    const int server = stopping_ || mode_ == Mode::kRefuse ? -1 : ConnectTo(upstream_port_);
    if (server < 0) {
      ::close(client);
      if (stopping_) return;
      continue;
    }
    ++made_;
    // The sockets are closed with the proxy, so that no number is ever reused under a pump.
    pairs_.push_back({client, server});
    threads_.emplace_back([this, client, server] { Pump(client, server, /*reply=*/false); });
    threads_.emplace_back([this, client, server] { Pump(server, client, /*reply=*/true); });
  }
}

size_t TcpFaultProxy::Admit(size_t bytes, bool reply) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return mode_ != Mode::kHang || stopping_; });
  if (stopping_ || mode_ == Mode::kRefuse) return 0;
  if (!reply) return bytes;
  if (mode_ == Mode::kSlow) {
    bytes = std::min(bytes, kSlowPiece);
    changed_.wait_for(lock, std::chrono::milliseconds(1),
                      [&] { return mode_ != Mode::kSlow || stopping_; });
  }
  if (reply_bytes_left_ < 0) return bytes;
  bytes = std::min(bytes, static_cast<size_t>(reply_bytes_left_));
  reply_bytes_left_ -= static_cast<int64_t>(bytes);
  if (bytes == 0) {
    reply_bytes_left_ = -1;
    for (const Pair& pair : pairs_) BreakSocket(pair.client), BreakSocket(pair.server);
  }
  return bytes;
}

void TcpFaultProxy::Pump(int from, int to, bool reply) {
  char buffer[16384];
  while (true) {
    const ssize_t got = ::recv(from, buffer, sizeof(buffer), 0);
    if (got <= 0) break;
    size_t done = 0;
    while (done < static_cast<size_t>(got)) {
      const size_t may = Admit(static_cast<size_t>(got) - done, reply);
      if (may == 0 || ::send(to, buffer + done, may, MSG_NOSIGNAL) != static_cast<ssize_t>(may)) {
        BreakSocket(from);
        BreakSocket(to);
        return;
      }
      done += may;
    }
  }
  BreakSocket(to);
}

HttpFaultProxy::HttpFaultProxy(kube::Client& upstream) : upstream_(upstream) {
  server_ = std::make_unique<HttpTestServer>(
      [this](const HttpRequest& request, HttpReply& reply) { Handle(request, reply); });
}

HttpFaultProxy::~HttpFaultProxy() { server_.reset(); }

void HttpFaultProxy::Add(Rule rule) {
  std::lock_guard<std::mutex> lock(mutex_);
  rules_.push_back(std::move(rule));
}

bool HttpFaultProxy::AllActed() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return std::all_of(rules_.begin(), rules_.end(),
                     [](const Rule& rule) { return rule.times == 0; });
}

bool HttpFaultProxy::TakeRule(const HttpRequest& request, Rule* rule) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (Rule& candidate : rules_) {
    if (candidate.times == 0) continue;
    if (!candidate.method.empty() && candidate.method != request.method) continue;
    if (request.target.find(candidate.target_part) == std::string::npos) continue;
    --candidate.times;
    *rule = candidate;
    return true;
  }
  return false;
}

void HttpFaultProxy::Handle(const HttpRequest& request, HttpReply& reply) {
  Rule rule;
  if (!TakeRule(request, &rule)) {
    const bool watch = request.query.count("watch") > 0;
    return watch ? ForwardWatch(request, reply) : Forward(request, reply, Action::kReply);
  }
  switch (rule.action) {
    case Action::kReply:
      return reply.Send(rule.status, rule.body, rule.headers);
    case Action::kCutBefore:
      return reply.Cut();
    case Action::kHang:
      return reply.Hang();
    default:
      return Forward(request, reply, rule.action);
  }
}

void HttpFaultProxy::Forward(const HttpRequest& request, HttpReply& reply, Action action) {
  kube::Request copy;
  copy.method = request.method;
  copy.path = request.target;
  copy.body = request.body;
  const auto type = request.headers.find("content-type");
  if (type != request.headers.end()) copy.content_type = type->second;
  copy.timeout = std::chrono::seconds(60);
  const absl::StatusOr<kube::Response> response = upstream_.Call(std::move(copy));
  if (!response.ok() || action == Action::kCutAfter) return reply.Cut();
  if (action == Action::kHangAfter) return reply.Hang();
  if (action == Action::kCutReply) {
    return reply.SendCut(response->status, response->body, 100 + response->body.size() / 2);
  }
  reply.Send(response->status, response->body);
}

void HttpFaultProxy::ForwardWatch(const HttpRequest& request, HttpReply& reply) {
  std::mutex mutex;
  std::condition_variable changed;
  bool ended = false;
  bool begun = false;
  absl::Status outcome;
  auto stream = upstream_.Watch(
      request.target, std::chrono::hours(1),
      [&](std::string_view line) {
        if (!std::exchange(begun, true)) reply.Begin(200);
        return reply.Write(std::string(line) + "\n");
      },
      [&](absl::Status status) {
        std::lock_guard<std::mutex> lock(mutex);
        outcome = std::move(status);
        ended = true;
        changed.notify_all();
      });
  // A client that leaves a silent watch is noticed by this read; ours is then ended by the stream.
  std::thread guard([&] {
    reply.Hang();
    std::lock_guard<std::mutex> lock(mutex);
    ended = true;
    changed.notify_all();
  });
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return ended; });
  }
  stream.reset();
  if (!begun && absl::IsFailedPrecondition(outcome)) {
    reply.Send(410, std::string(outcome.message()));
  } else if (outcome.ok()) {
    if (!begun) reply.Begin(200);
    reply.End();
  }
  reply.Cut();
  guard.join();
}

}  // namespace tutti::testing
