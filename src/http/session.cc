#include "http/session.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/strings/str_format.h"
#include "http/reply_sink.h"
#include "http/tls_context.h"

namespace tutti::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket>;

constexpr size_t kPadding = 64;
constexpr size_t kReadAheadBytes = 4096;
constexpr size_t kTlsReadAheadBytes = 512;  // the rest waits decrypted in OpenSSL
constexpr size_t kDiscardBytes = 16384;
constexpr size_t kLingerBytes = size_t{16} << 20;
constexpr base::Duration kLinger = std::chrono::seconds(1);
constexpr base::Duration kRarestSweep = std::chrono::milliseconds(250);
constexpr base::Duration kOftenestSweep = std::chrono::milliseconds(5);

std::string ErrorBody(std::string_view text) { return absl::StrFormat("{\"Error\":\"%s\"}", text); }

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

// Connects a Reply with the session it came from.
class SessionSink final : public Reply::Sink {
 public:
  SessionSink(std::shared_ptr<Lane> lane, std::weak_ptr<Session> session)
      : lane_(std::move(lane)), session_(std::move(session)) {}

  void Answer(int status, std::string body, std::string content_type) override {
    asio::dispatch(lane_->context, [session = session_, status, body = std::move(body),
                                    type = std::move(content_type)]() mutable {
      if (const auto alive = session.lock()) alive->Respond(status, std::move(body), type);
    });
  }
  bool abandoned() const override { return abandoned_ || session_.expired(); }
  void Abandon() { abandoned_ = true; }

 private:
  const std::shared_ptr<Lane> lane_;
  const std::weak_ptr<Session> session_;
  std::atomic<bool> abandoned_{false};
};

template <class Stream>
class Connection final : public Session {
 public:
  Connection(Lane& lane, Stream stream, std::shared_ptr<void> keep)
      : server_(*lane.server), lane_(lane), keep_(std::move(keep)), stream_(std::move(stream)) {
    error_code ignored;
    Socket().set_option(tcp::no_delay(true), ignored);
    const tcp::endpoint remote = Socket().remote_endpoint(ignored);
    peer_ = absl::StrFormat("%s:%d", remote.address().to_string(ignored), remote.port());
  }
  ~Connection() override { --server_.connections; }

  void Start() override {
    if constexpr (kTls) {
      Arm(server_.limits.header_timeout);
      stream_.async_handshake(asio::ssl::stream_base::server, [self = Self()](error_code error) {
        if (error) return self->Close();
        self->NoteClientName();
        self->WaitForRequest();
      });
    } else {
      WaitForRequest();
    }
  }

  void RefuseAndClose() override {
    last_ = true;
    if constexpr (kTls) {
      Close();
    } else {
      SendError(503, "too many connections: expected at most the configured limit; retry later");
    }
  }

  void CloseWhenIdle() override {
    last_ = true;
    if (phase_ == Phase::kIdle) Close();
  }

  void Close() override {
    if (phase_ == Phase::kClosed) return;
    Enter(Phase::kClosed);
    Disarm();
    EndHandling();
    if (const auto sink = sink_.lock()) sink->Abandon();
    error_code ignored;
    Socket().close(ignored);
    lane_.sessions.erase(shared_from_this());
  }

  void CheckDeadline(std::chrono::steady_clock::time_point now) override {
    if (deadline_ > now) return;
    Disarm();
    timed_out_ = true;
    error_code ignored;
    Socket().cancel(ignored);
  }

  void Respond(int status, std::string body, std::string_view content_type) override {
    if (phase_ != Phase::kHandling) return;
    EndHandling();
    Enter(Phase::kWriting);
    response_.emplace();
    response_->version(11);
    response_->result(static_cast<unsigned>(status));
    response_->set(bhttp::field::content_type,
                   boost::beast::string_view(content_type.data(), content_type.size()));
    if (status == 503) response_->set(bhttp::field::retry_after, "1");
    if (!allow_.empty()) response_->set(bhttp::field::allow, std::exchange(allow_, {}));
    if (!head_only_) response_->body() = std::move(body);
    response_->keep_alive(keep_alive_ && !last_);
    response_->prepare_payload();
    Arm(server_.limits.body_timeout);
    bhttp::async_write(stream_, *response_,
                       [self = Self()](error_code error, size_t) { self->Written(error); });
  }

 private:
  static constexpr auto kNever = std::chrono::steady_clock::time_point::max();
  static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;
  enum class Phase { kIdle, kReading, kHandling, kWriting, kLingering, kClosed };

  void Enter(Phase phase) {
    const auto in_exchange = [](Phase p) { return p >= Phase::kReading && p <= Phase::kWriting; };
    const Phase before = std::exchange(phase_, phase);
    if (!in_exchange(before) && in_exchange(phase)) server_.BeginExchange();
    if (in_exchange(before) && !in_exchange(phase)) server_.EndExchange();
  }

  std::shared_ptr<Connection> Self() {
    return std::static_pointer_cast<Connection>(shared_from_this());
  }
  tcp::socket& Socket() {
    if constexpr (kTls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void NoteClientName() {
    if constexpr (kTls) {
      X509* certificate = SSL_get_peer_certificate(stream_.native_handle());
      if (certificate == nullptr) return;
      char name[256] = {};
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                sizeof(name) - 1);
      X509_free(certificate);
      peer_ += absl::StrFormat(" CN=%s", name);
    }
  }

  // After `timeout` whatever is being read or written is given up, with timed_out_ set.
  void Arm(base::Duration timeout) {
    timed_out_ = false;
    deadline_ = std::chrono::steady_clock::now() + timeout;
  }
  void Disarm() { deadline_ = kNever; }

  void WaitForRequest() {
    if (phase_ == Phase::kClosed) return;
    Enter(Phase::kIdle);
    if (last_ || server_.draining) return Close();
    if (buffer_.size() > 0) return ReadHeader();
    Arm(server_.limits.idle_timeout);
    if (!reading_ahead_) ReadAhead();
  }

  // Waits for the next request's first bytes, and for the peer's end while a request is parked. At
  // most one such read, and only into an empty buffer. Plain connections that wait have no buffer.
  void ReadAhead() {
    reading_ahead_ = true;
    if constexpr (kTls) {
      ReadAheadBytes(kTlsReadAheadBytes);
    } else {
      stream_.async_wait(tcp::socket::wait_read, [self = Self()](error_code error) {
        if (error) return self->ReadAheadDone(error, 0);
        self->ReadAheadBytes(kReadAheadBytes);
      });
    }
  }
  void ReadAheadBytes(size_t at_most) {
    stream_.async_read_some(
        buffer_.prepare(at_most),
        [self = Self()](error_code error, size_t bytes) { self->ReadAheadDone(error, bytes); });
  }
  void ReadAheadDone(error_code error, size_t bytes) {
    reading_ahead_ = false;
    buffer_.commit(bytes);
    if (phase_ == Phase::kIdle) return error ? Close() : ReadHeader();
    if (phase_ == Phase::kLingering) return error ? Close() : Discard(bytes);
    if (!error) return;
    last_ = true;
    if (const auto sink = sink_.lock()) sink->Abandon();
  }

  void ReadHeader() {
    Enter(Phase::kReading);
    parser_.emplace();
    parser_->header_limit(static_cast<uint32_t>(server_.limits.header_bytes));
    parser_->body_limit(server_.limits.body_bytes);
    Arm(server_.limits.header_timeout);
    bhttp::async_read_header(stream_, buffer_, *parser_, [self = Self()](error_code error, size_t) {
      if (error) return self->ReadFailed(error, "header");
      self->ReadBody();
    });
  }

  void ReadBody() {
    if (parser_->get().count(bhttp::field::transfer_encoding) > 0 && !parser_->chunked()) {
      last_ = true;  // where its body ends nobody knows
      return SendError(400, "unknown transfer encoding: expected chunked or a Content-Length");
    }
    if (parser_->is_done()) return Dispatch();
    Arm(server_.limits.body_timeout);
    // Room for the padding at once: appending it must not copy the body.
    if (const auto length = parser_->content_length())
      parser_->get().body().reserve(*length + kPadding);
    if (!beast::iequals(parser_->get()[bhttp::field::expect], "100-continue"))
      return ReadBodyBytes();
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                      [self = Self()](error_code error, size_t) {
                        if (error) return self->Close();
                        self->ReadBodyBytes();
                      });
  }

  void ReadBodyBytes() {
    bhttp::async_read(stream_, buffer_, *parser_, [self = Self()](error_code error, size_t) {
      if (error) return self->ReadFailed(error, "body");
      self->Dispatch();
    });
  }

  void ReadFailed(error_code error, std::string_view part) {
    if (phase_ == Phase::kClosed) return;
    last_ = true;
    if (timed_out_) {
      return SendError(
          408,
          absl::StrFormat("the request's %s did not arrive in time: send it without pauses", part));
    }
    if (error == bhttp::error::body_limit) {
      return SendError(
          413,
          absl::StrFormat("the body is larger than the limit of %d bytes: with nodeCacheCapable "
                          "true requests are small",
                          server_.limits.body_bytes));
    }
    if (error == bhttp::error::header_limit) {
      return SendError(431, absl::StrFormat("the header is larger than the limit of %d bytes",
                                            server_.limits.header_bytes));
    }
    const bool gone = error == bhttp::error::end_of_stream || error == asio::error::eof ||
                      error == asio::error::connection_reset ||
                      error == asio::error::operation_aborted ||
                      error == asio::ssl::error::stream_truncated;
    if (gone) return Close();
    SendError(400,
              absl::StrFormat("malformed HTTP request (%s): expected HTTP/1.1", error.message()));
  }

  void Dispatch() {
    if (phase_ == Phase::kClosed) return;
    Disarm();
    buffer_.shrink_to_fit();
    keep_alive_ = parser_->get().keep_alive();
    head_only_ = parser_->get().method() == bhttp::verb::head;
    const std::string_view target = View(parser_->get().target());
    const std::string_view path = target.substr(0, target.find('?'));
    const Server::Route* route = FindRoute(path);
    if (route == nullptr) return;
    if (server_.in_flight.fetch_add(1) >= server_.limits.in_flight) {
      --server_.in_flight;
      return SendError(503, "too many requests in flight: retry later");
    }
    Enter(Phase::kHandling);
    std::string& body = parser_->get().body();
    const size_t size = body.size();
    body.append(kPadding, '\0');
    Request request;
    request.method = View(parser_->get().method_string());
    request.target = target;
    request.path = path;
    request.body = std::string_view(body.data(), size);
    request.content_type = View(parser_->get()[bhttp::field::content_type]);
    request.peer = peer_;
    counted_ = true;
    const auto sink = std::make_shared<SessionSink>(lane_.shared_from_this(), weak_from_this());
    sink_ = sink;
    route->handler(request, Reply(sink));
    parser_.reset();
    if (phase_ == Phase::kHandling && buffer_.size() == 0) ReadAhead();
  }

  // Null: the request has been answered with the reason.
  const Server::Route* FindRoute(std::string_view path) {
    const std::string_view method = View(parser_->get().method_string());
    const Server::Route* other_method = nullptr;
    for (const Server::Route& route : server_.routes) {
      const bool prefix = route.path.size() > 1 && route.path.back() == '/';
      if (prefix ? !path.starts_with(route.path) : path != route.path) continue;
      if (route.method != method) {
        other_method = &route;
        continue;
      }
      const std::string_view type = View(parser_->get()[bhttp::field::content_type]);
      if (method != "POST" || type.substr(0, type.find(';')) == "application/json") return &route;
      SendError(415, "the content type must be application/json");
      return nullptr;
    }
    if (other_method == nullptr) {
      SendError(404, "no such path: check urlPrefix and the verbs in the extender configuration");
    } else {
      allow_ = other_method->method;
      SendError(405, absl::StrFormat("wrong method: this path takes %s", other_method->method));
    }
    return nullptr;
  }

  void SendError(int status, std::string_view text) {
    Enter(Phase::kHandling);
    Respond(status, ErrorBody(text), "application/json");
  }

  void EndHandling() {
    if (std::exchange(counted_, false)) --server_.in_flight;
  }

  void Written(error_code error) {
    if (error || phase_ == Phase::kClosed) return Close();
    const bool more = response_->keep_alive();
    response_.reset();
    parser_.reset();
    more ? WaitForRequest() : LingerAndClose();
  }

  // A peer still sending when we close would get a reset and lose our answer: read on for a moment.
  void LingerAndClose() {
    Enter(Phase::kLingering);
    error_code ignored;
    Socket().shutdown(tcp::socket::shutdown_send, ignored);
    Arm(kLinger);
    if (!reading_ahead_) Discard(0);
  }
  void Discard(size_t so_far) {
    buffer_.clear();
    Socket().async_read_some(buffer_.prepare(kDiscardBytes),
                             [self = Self(), so_far](error_code error, size_t bytes) {
                               if (error || so_far + bytes > kLingerBytes) return self->Close();
                               self->Discard(so_far + bytes);
                             });
  }

  ServerState& server_;
  Lane& lane_;
  const std::shared_ptr<void> keep_;  // the TLS context that the stream refers to
  Stream stream_;
  std::chrono::steady_clock::time_point deadline_ = kNever;
  beast::flat_buffer buffer_;
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  std::optional<bhttp::response<bhttp::string_body>> response_;
  std::weak_ptr<SessionSink> sink_;  // of the last request
  std::string peer_;
  std::string allow_;  // for the answer 405
  Phase phase_ = Phase::kIdle;
  bool reading_ahead_ = false;
  bool head_only_ = false;
  bool keep_alive_ = false;
  bool last_ = false;
  bool counted_ = false;
  bool timed_out_ = false;
};

}  // namespace

void ServerState::EndExchange() {
  if (--exchanges == 0 && draining) absl::MutexLock wake(&mutex);
}

void ServerState::AwaitQuiet(base::Duration timeout) {
  const auto quiet = [this] { return exchanges == 0; };
  absl::MutexLock lock(&mutex);
  mutex.AwaitWithTimeout(absl::Condition(&quiet), absl::FromChrono(timeout));
}

void Lane::Add(std::shared_ptr<Session> session) {
  sessions.insert(std::move(session));
  if (!std::exchange(sweeping_, true)) SweepLater();
}

void Lane::SweepLater() {
  const Limits& limits = server->limits;
  const base::Duration shortest =
      std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout});
  sweep_.expires_after(std::clamp(shortest / 4, kOftenestSweep, kRarestSweep));
  sweep_.async_wait([this](error_code error) {
    if (error) return;
    const auto now = std::chrono::steady_clock::now();
    for (const std::shared_ptr<Session>& session : sessions) session->CheckDeadline(now);
    sweeping_ = !sessions.empty();
    if (sweeping_) SweepLater();
  });
}

std::shared_ptr<Session> Session::Plain(Lane& lane, tcp::socket socket) {
  return std::make_shared<Connection<tcp::socket>>(lane, std::move(socket), nullptr);
}

std::shared_ptr<Session> Session::Tls(Lane& lane, tcp::socket socket, TlsContext& tls) {
  const std::shared_ptr<asio::ssl::context> context = tls.Current();
  return std::make_shared<Connection<TlsStream>>(lane, TlsStream(std::move(socket), *context),
                                                 context);
}

}  // namespace tutti::http
