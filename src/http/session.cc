#include "http/session.h"

#include <sys/socket.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/asio/steady_timer.hpp>
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
constexpr size_t kLingerBytes = size_t{16} << 20;
constexpr base::Duration kLinger = std::chrono::seconds(1);

std::string ErrorBody(std::string_view text) { return absl::StrFormat("{\"Error\":\"%s\"}", text); }

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

template <class Stream>
class Connection final : public Session {
 public:
  Connection(ServerState& server, Lane& lane, Stream stream, std::shared_ptr<void> keep)
      : server_(server),
        lane_(lane),
        keep_(std::move(keep)),
        stream_(std::move(stream)),
        timer_(lane.context) {
    error_code ignored;
    Socket().set_option(tcp::no_delay(true), ignored);
    const tcp::endpoint remote = Socket().remote_endpoint(ignored);
    peer_ = absl::StrFormat("%s:%d", remote.address().to_string(ignored), remote.port());
    ++server_.connections;
  }
  ~Connection() override {
    lane_.sessions.erase(this);
    --server_.connections;
  }

  void Start() override {
    lane_.sessions.insert(this);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
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
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      Close();
    } else {
      SendError(503, "too many connections: expected at most the configured limit; retry later");
    }
  }

  void CloseWhenIdle() override {
    last_ = true;
    if (phase_ == Phase::kIdle) Close();
  }

 private:
  enum class Phase { kIdle, kReading, kHandling, kWriting, kLingering };

  // Connects a Reply with the connection; the last one to let go answers 500.
  class Sink final : public Reply::Sink {
   public:
    explicit Sink(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
    void Answer(int status, std::string body, std::string content_type) override {
      const std::shared_ptr<Connection>& c = connection_;
      asio::dispatch(c->lane_.context,
                     [c, status, body = std::move(body), type = std::move(content_type)]() mutable {
                       c->Respond(status, std::move(body), type);
                     });
    }
    bool abandoned() const override { return connection_->abandoned_; }

   private:
    const std::shared_ptr<Connection> connection_;
  };

  std::shared_ptr<Connection> Self() {
    return std::static_pointer_cast<Connection>(shared_from_this());
  }
  tcp::socket& Socket() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  void NoteClientName() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      X509* certificate = SSL_get_peer_certificate(stream_.native_handle());
      if (certificate == nullptr) return;
      char name[256] = {};
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                                sizeof(name) - 1);
      X509_free(certificate);
      peer_ += absl::StrFormat(" CN=%s", name);
    }
  }

  // After `timeout` whatever is being read is given up, with timed_out_ set. A later Arm replaces
  // it.
  void Arm(base::Duration timeout) {
    timed_out_ = false;
    timer_.expires_after(timeout);
    timer_.async_wait([weak = this->weak_from_this()](error_code error) {
      const std::shared_ptr<Session> session = weak.lock();
      if (error || !session) return;
      auto* self = static_cast<Connection*>(session.get());
      self->timed_out_ = true;
      error_code ignored;
      self->Socket().cancel(ignored);
    });
  }

  void WaitForRequest() {
    phase_ = Phase::kIdle;
    if (last_ || server_.draining) return Close();
    if (buffer_.size() > 0) return ReadHeader();
    Arm(server_.limits.idle_timeout);
    stream_.async_read_some(buffer_.prepare(4096), [self = Self()](error_code error, size_t bytes) {
      if (error) return self->Close();
      self->buffer_.commit(bytes);
      self->ReadHeader();
    });
  }

  void ReadHeader() {
    phase_ = Phase::kReading;
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
    if (parser_->is_done()) return Dispatch();
    Arm(server_.limits.body_timeout);
    if (View(parser_->get()[bhttp::field::expect]) != "100-continue") return ReadBodyBytes();
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
                      error == bhttp::error::partial_message;
    if (gone) return Close();
    SendError(400,
              absl::StrFormat("malformed HTTP request (%s): expected HTTP/1.1", error.message()));
  }

  void Dispatch() {
    timer_.cancel();
    keep_alive_ = parser_->get().keep_alive();
    const std::string_view target = View(parser_->get().target());
    const std::string_view path = target.substr(0, target.find('?'));
    const Server::Route* route = FindRoute(path);
    if (route == nullptr) return;
    if (server_.in_flight.fetch_add(1) >= server_.limits.in_flight) {
      --server_.in_flight;
      return SendError(503, "too many requests in flight: retry later");
    }
    phase_ = Phase::kHandling;
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
    route->handler(request, Reply(std::make_shared<Sink>(Self())));
    parser_.reset();
    if (phase_ == Phase::kHandling) WatchForHangUp();
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
      SendError(405, absl::StrFormat("wrong method: this path takes %s", other_method->method));
    }
    return nullptr;
  }

  // A parked request: learn when its peer goes away.
  void WatchForHangUp() {
    const uint64_t request = ++requests_;
    Socket().async_wait(tcp::socket::wait_read, [self = Self(), request](error_code error) {
      if (error || self->requests_ != request || self->phase_ != Phase::kHandling) return;
      char byte = 0;
      const ssize_t got = ::recv(self->Socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) self->abandoned_ = true;
    });
  }

  void SendError(int status, std::string_view text) {
    phase_ = Phase::kHandling;
    Respond(status, ErrorBody(text), "application/json");
  }

  void Respond(int status, std::string body, std::string_view content_type) {
    if (phase_ != Phase::kHandling) return;
    phase_ = Phase::kWriting;
    ++requests_;
    if (std::exchange(counted_, false)) --server_.in_flight;
    if (status >= 400 && status != 404 && status != 503) keep_alive_ = keep_alive_ && status < 408;
    response_.emplace();
    response_->version(11);
    response_->result(static_cast<unsigned>(status));
    response_->set(bhttp::field::content_type,
                   boost::beast::string_view(content_type.data(), content_type.size()));
    if (status == 503) response_->set(bhttp::field::retry_after, "1");
    response_->body() = std::move(body);
    response_->keep_alive(keep_alive_ && !last_);
    response_->prepare_payload();
    bhttp::async_write(stream_, *response_, [self = Self()](error_code error, size_t) {
      const bool more = !error && self->response_->keep_alive();
      self->response_.reset();
      self->parser_.reset();
      if (more) return self->WaitForRequest();
      if (error) return self->Close();
      self->LingerAndClose();
    });
  }

  // A peer still sending when we close would get a reset and lose our answer: read on for a moment.
  void LingerAndClose() {
    phase_ = Phase::kLingering;
    error_code ignored;
    Socket().shutdown(tcp::socket::shutdown_send, ignored);
    Arm(kLinger);
    Discard(0);
  }
  void Discard(size_t so_far) {
    buffer_.clear();
    Socket().async_read_some(buffer_.prepare(65536),
                             [self = Self(), so_far](error_code error, size_t bytes) {
                               if (error || so_far + bytes > kLingerBytes) return self->Close();
                               self->Discard(so_far + bytes);
                             });
  }

  void Close() {
    timer_.cancel();
    error_code ignored;
    Socket().close(ignored);
  }

  ServerState& server_;
  Lane& lane_;
  const std::shared_ptr<void> keep_;  // the TLS context that the stream refers to
  Stream stream_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_;
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  std::optional<bhttp::response<bhttp::string_body>> response_;
  std::string peer_;
  Phase phase_ = Phase::kIdle;
  uint64_t requests_ = 0;
  bool keep_alive_ = false;
  bool last_ = false;
  bool counted_ = false;
  bool timed_out_ = false;
  std::atomic<bool> abandoned_{false};
};

}  // namespace

std::shared_ptr<Session> Session::Plain(ServerState& server, Lane& lane, tcp::socket socket) {
  return std::make_shared<Connection<tcp::socket>>(server, lane, std::move(socket), nullptr);
}

std::shared_ptr<Session> Session::Tls(ServerState& server, Lane& lane, tcp::socket socket,
                                      TlsContext& tls) {
  const std::shared_ptr<asio::ssl::context> context = tls.Current();
  return std::make_shared<Connection<TlsStream>>(server, lane,
                                                 TlsStream(std::move(socket), *context), context);
}

}  // namespace tutti::http
