#include "http/server.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <thread>
#include <utility>

#include "absl/strings/str_format.h"
#include "http/connection.h"
#include "http/http1_session.h"
#include "http/reply_sink.h"
#include "http/session.h"
#include "http/tls_context.h"
#include "http/tls_handshake.h"

namespace tutti::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr base::Duration kAcceptPause = std::chrono::milliseconds(50);
constexpr size_t kRefusalsAtOnce = 256;  // beyond them connections are closed without a word

class AsioServer final : public Server {
 public:
  AsioServer(ServerOptions options, std::vector<Route> routes, std::unique_ptr<TlsContext> tls)
      : tls_(std::move(tls)) {
    state_->limits = options.limits;
    state_->routes = std::move(routes);
    for (int i = 0; i < std::max(options.threads, 1); ++i)
      lanes_.push_back(std::make_shared<Lane>(state_));
    acceptor_ = std::make_unique<tcp::acceptor>(lanes_[0]->context);
    accept_timer_ = std::make_unique<asio::steady_timer>(lanes_[0]->context);
  }
  ~AsioServer() override { Stop(base::Duration(0)); }

  absl::Status Listen(const ServerOptions& options) {
    const auto failed = [&](const error_code& error) {
      return absl::UnavailableError(
          absl::StrFormat("cannot listen on %s:%d: %s; choose another address or port",
                          options.address, options.port, error.message()));
    };
    error_code error;
    const asio::ip::address address = asio::ip::make_address(options.address, error);
    if (error) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "listen address \"%s\" is no IP address: use one such as 127.0.0.1", options.address));
    }
    const tcp::endpoint endpoint(address, options.port);
    acceptor_->open(endpoint.protocol(), error);
    if (error) return failed(error);
    acceptor_->set_option(tcp::acceptor::reuse_address(true), error);
    acceptor_->bind(endpoint, error);
    if (error) return failed(error);
    acceptor_->listen(4096, error);
    if (error) return failed(error);
    port_ = acceptor_->local_endpoint().port();
    return absl::OkStatus();
  }

  void Run() {
    Accept();
    for (const std::shared_ptr<Lane>& lane : lanes_) {
      guards_.push_back(asio::make_work_guard(lane->context));
      threads_.emplace_back([&context = lane->context] { context.run(); });
    }
  }

  void Stop(base::Duration drain) override {
    if (threads_.empty()) return;
    state_->draining = true;
    OnEachLane([this](Lane& lane) {
      if (&lane == lanes_[0].get()) {
        error_code ignored;
        acceptor_->close(ignored);
        accept_timer_->cancel();
      }
      for (const auto& session : Sessions(lane)) session->CloseWhenIdle();
    });
    // The accept that was under way holds a socket of another lane: it must end before any lane
    // does. It is queued when the handler that closed the acceptor has returned, which the first
    // round waits for; the second then comes behind it.
    OnEachLane([](Lane&) {});
    OnEachLane([](Lane&) {});
    state_->AwaitQuiet(drain);
    guards_.clear();
    for (const std::shared_ptr<Lane>& lane : lanes_) lane->context.stop();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    for (const std::shared_ptr<Lane>& lane : lanes_) {
      for (const auto& session : Sessions(*lane)) session->Close();
    }
    state_->routes.clear();  // a handler may hold the very Reply that keeps the state
  }

  absl::Status UseCertificate(std::string cert_pem, std::string key_pem) override {
    if (!tls_) return absl::FailedPreconditionError("this server speaks no TLS");
    return tls_->Use(std::move(cert_pem), std::move(key_pem));
  }
  uint16_t port() const override { return port_; }
  size_t in_flight() const override { return state_->in_flight; }
  Traffic traffic(Protocol protocol) const override {
    const ServerState::Counts& counts =
        protocol == Protocol::kHttp2 ? state_->http2 : state_->http1;
    return {counts.connections, counts.requests};
  }

 private:
  // A copy: sessions that close leave the lane's set.
  static std::vector<std::shared_ptr<Session>> Sessions(const Lane& lane) {
    return {lane.sessions.begin(), lane.sessions.end()};
  }

  void OnEachLane(const std::function<void(Lane&)>& function) {
    for (const std::shared_ptr<Lane>& lane : lanes_) {
      std::promise<void> done;
      asio::post(lane->context, [&] {
        function(*lane);
        done.set_value();
      });
      done.get_future().wait();
    }
  }

  void Accept() {
    Lane& lane = *lanes_[next_lane_++ % lanes_.size()];
    acceptor_->async_accept(lane.context, [this, &lane](error_code error, tcp::socket socket) {
      if (!acceptor_->is_open()) return;
      if (error) return AcceptLater();
      Admit(lane, std::move(socket));
      Accept();
    });
  }

  // Out of descriptors, say: going on at once would spin, giving up would make us deaf.
  void AcceptLater() {
    accept_timer_->expires_after(kAcceptPause);
    accept_timer_->async_wait([this](error_code error) {
      if (!error) Accept();
    });
  }

  void Admit(Lane& lane, tcp::socket socket) {
    const size_t open = state_->connections.fetch_add(1);
    if (open >= state_->limits.connections + kRefusalsAtOnce) {
      --state_->connections;
      return;
    }
    const bool full = open >= state_->limits.connections;
    asio::post(lane.context, [this, &lane, full, socket = std::move(socket)]() mutable {
      const std::shared_ptr<Session> session = MakeSession(lane, std::move(socket));
      lane.Add(session);
      full ? session->RefuseAndClose() : session->Start();
    });
  }

  // The connection has been counted.
  std::shared_ptr<Session> MakeSession(Lane& lane, tcp::socket socket) {
    ConnectionTicket ticket(state_.get());
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const tcp::endpoint remote = socket.remote_endpoint(ignored);
    std::string peer = absl::StrFormat("%s:%d", remote.address().to_string(ignored), remote.port());
    if (!tls_) {
      return MakeHttp1Session(lane, Connection<tcp::socket>{std::move(ticket), std::move(peer),
                                                            nullptr, std::move(socket)});
    }
    const std::shared_ptr<asio::ssl::context> context = tls_->Current();
    return MakeTlsHandshake(lane, Connection<TlsStream>{std::move(ticket), std::move(peer), context,
                                                        TlsStream(std::move(socket), *context)});
  }

  const std::shared_ptr<ServerState> state_ = std::make_shared<ServerState>();
  std::unique_ptr<TlsContext> tls_;
  std::vector<std::shared_ptr<Lane>> lanes_;
  std::unique_ptr<tcp::acceptor> acceptor_;
  std::unique_ptr<asio::steady_timer> accept_timer_;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards_;
  std::vector<std::thread> threads_;
  uint16_t port_ = 0;
  size_t next_lane_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options,
                                                      std::vector<Route> routes) {
  std::unique_ptr<TlsContext> tls;
  if (options.tls) {
    absl::StatusOr<std::unique_ptr<TlsContext>> created = TlsContext::Create(*options.tls);
    if (!created.ok()) return created.status();
    tls = *std::move(created);
  }
  ServerOptions listen;
  listen.address = options.address;
  listen.port = options.port;
  auto server = std::make_unique<AsioServer>(std::move(options), std::move(routes), std::move(tls));
  if (absl::Status status = server->Listen(listen); !status.ok()) return status;
  server->Run();
  return server;
}

Reply::Reply(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}
Reply::Reply(Reply&&) noexcept = default;

Reply& Reply::operator=(Reply&& other) noexcept {
  if (this == &other) return *this;
  if (sink_) Send(500, R"({"Error":"the handler gave no answer"})");
  sink_ = std::move(other.sink_);
  return *this;
}

Reply::~Reply() {
  if (sink_) Send(500, R"({"Error":"the handler gave no answer"})");
}

void Reply::Send(int status, std::string body, std::string_view content_type) {
  if (const std::shared_ptr<Sink> sink = std::exchange(sink_, nullptr)) {
    sink->Answer(status, std::move(body), std::string(content_type));
  }
}

bool Reply::abandoned() const { return sink_ && sink_->abandoned(); }

}  // namespace tutti::http
