#include "http/http1_session.h"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/strings/str_format.h"
#include "http/exchange.h"
#include "http/routing.h"

namespace tutti::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr size_t kReadAheadBytes = 4096;
constexpr size_t kTlsReadAheadBytes = 512;  // the rest waits decrypted in OpenSSL
constexpr size_t kDiscardBytes = 16384;
constexpr size_t kLingerBytes = size_t{16} << 20;
constexpr base::Duration kLinger = std::chrono::seconds(1);

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

template <class Stream>
class Http1Session final : public Session, public Exchange {
 public:
  Http1Session(Lane& lane, Connection<Stream> connection)
      : server_(*lane.server), lane_(lane), connection_(std::move(connection)) {}

  void Start() override {
    ++server_.http1.connections;
    WaitForRequest();
  }

  void RefuseAndClose() override {
    last_ = true;
    SendError(
        {503, "too many connections: expected at most the configured limit; retry later", ""});
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
    bhttp::async_write(stream(), *response_,
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

  std::shared_ptr<Http1Session> Self() {
    return std::static_pointer_cast<Http1Session>(shared_from_this());
  }
  tcp::socket& Socket() { return connection_.socket(); }
  Stream& stream() { return connection_.stream; }

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
      stream().async_wait(tcp::socket::wait_read, [self = Self()](error_code error) {
        if (error) return self->ReadAheadDone(error, 0);
        self->ReadAheadBytes(kReadAheadBytes);
      });
    }
  }
  void ReadAheadBytes(size_t at_most) {
    stream().async_read_some(
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
    bhttp::async_read_header(stream(), buffer_, *parser_,
                             [self = Self()](error_code error, size_t) {
                               if (error) return self->ReadFailed(error, "header");
                               self->ReadBody();
                             });
  }

  void ReadBody() {
    if (parser_->get().count(bhttp::field::transfer_encoding) > 0 && !parser_->chunked()) {
      last_ = true;  // where its body ends nobody knows
      return SendError(
          {400, "unknown transfer encoding: expected chunked or a Content-Length", ""});
    }
    if (parser_->is_done()) return Dispatch();
    Arm(server_.limits.body_timeout);
    // Room for the padding at once: appending it must not copy the body.
    if (const auto length = parser_->content_length())
      parser_->get().body().reserve(*length + kPadding);
    if (!beast::iequals(parser_->get()[bhttp::field::expect], "100-continue"))
      return ReadBodyBytes();
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream(), asio::buffer(kContinue.data(), kContinue.size()),
                      [self = Self()](error_code error, size_t) {
                        if (error) return self->Close();
                        self->ReadBodyBytes();
                      });
  }

  void ReadBodyBytes() {
    bhttp::async_read(stream(), buffer_, *parser_, [self = Self()](error_code error, size_t) {
      if (error) return self->ReadFailed(error, "body");
      self->Dispatch();
    });
  }

  void ReadFailed(error_code error, std::string_view part) {
    if (phase_ == Phase::kClosed) return;
    last_ = true;
    if (timed_out_) return SendError(TooSlow(part));
    if (error == bhttp::error::body_limit) return SendError(BodyTooLarge(server_.limits));
    if (error == bhttp::error::header_limit) return SendError(HeaderTooLarge(server_.limits));
    const bool gone = error == bhttp::error::end_of_stream || error == asio::error::eof ||
                      error == asio::error::connection_reset ||
                      error == asio::error::operation_aborted ||
                      error == asio::ssl::error::stream_truncated;
    if (gone) return Close();
    SendError({400,
               absl::StrFormat("malformed HTTP request (%s): expected HTTP/1.1", error.message()),
               ""});
  }

  void Dispatch() {
    if (phase_ == Phase::kClosed) return;
    Disarm();
    buffer_.shrink_to_fit();
    keep_alive_ = parser_->get().keep_alive();
    head_only_ = parser_->get().method() == bhttp::verb::head;
    ++server_.http1.requests;
    Request request;
    request.method = View(parser_->get().method_string());
    request.target = View(parser_->get().target());
    request.path = PathOf(request.target);
    request.content_type = View(parser_->get()[bhttp::field::content_type]);
    request.peer = connection_.peer;
    const auto admitted = Admit(server_, request);
    if (const auto* refusal = std::get_if<Refusal>(&admitted)) return SendError(*refusal);
    counted_ = true;
    Enter(Phase::kHandling);
    std::string& body = parser_->get().body();
    const size_t size = body.size();
    body.append(kPadding, '\0');
    request.body = std::string_view(body.data(), size);
    const auto self = Self();
    const auto sink = std::make_shared<ExchangeSink>(lane_.shared_from_this(), self);
    sink_ = sink;
    std::get<const Server::Route*>(admitted)->handler(request, Reply(sink));
    parser_.reset();
    if (phase_ == Phase::kHandling && buffer_.size() == 0) ReadAhead();
  }

  void SendError(const Refusal& refusal) {
    Enter(Phase::kHandling);
    allow_ = refusal.allow;
    Respond(refusal.status, ErrorBody(refusal.text), "application/json");
  }

  void EndHandling() {
    if (std::exchange(counted_, false)) server_.EndHandling();
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
  Connection<Stream> connection_;
  std::chrono::steady_clock::time_point deadline_ = kNever;
  beast::flat_buffer buffer_;
  std::optional<bhttp::request_parser<bhttp::string_body>> parser_;
  std::optional<bhttp::response<bhttp::string_body>> response_;
  std::weak_ptr<ExchangeSink> sink_;  // of the last request
  std::string allow_;                 // for the answer 405
  Phase phase_ = Phase::kIdle;
  bool reading_ahead_ = false;
  bool head_only_ = false;
  bool keep_alive_ = false;
  bool last_ = false;
  bool counted_ = false;
  bool timed_out_ = false;
};

}  // namespace

std::shared_ptr<Session> MakeHttp1Session(Lane& lane, Connection<tcp::socket> connection) {
  return std::make_shared<Http1Session<tcp::socket>>(lane, std::move(connection));
}

std::shared_ptr<Session> MakeHttp1Session(Lane& lane, Connection<TlsStream> connection) {
  return std::make_shared<Http1Session<TlsStream>>(lane, std::move(connection));
}

}  // namespace tutti::http
