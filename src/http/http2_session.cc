#include "http/http2_session.h"

#include <boost/asio/write.hpp>
#include <utility>
#include <vector>

#include "http/http2_streams.h"

namespace tutti::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

constexpr size_t kReadBytes = 16384;
constexpr size_t kWriteBytes = 65536;
constexpr size_t kLingerBytes = size_t{16} << 20;
constexpr base::Duration kLinger = std::chrono::seconds(1);

// Moves bytes between the socket and the streams: one read and one write at a time, side by side.
class Http2Session final : public Session {
 public:
  Http2Session(Lane& lane, Connection<TlsStream> connection)
      : server_(*lane.server),
        lane_(lane),
        connection_(std::move(connection)),
        streams_(std::make_unique<Http2Streams>(lane, connection_.peer, [this] { Flush(); })),
        input_(kReadBytes) {}

  void Start() override {
    ++server_.http2.connections;
    if (server_.draining) return Close();
    Arm(server_.limits.idle_timeout);
    Flush();
    Read();
  }

  void RefuseAndClose() override { Close(); }

  void CloseWhenIdle() override {
    if (phase_ != Phase::kOpen) return;
    streams_->GoAway();
    Flush();
  }

  void Close() override {
    if (phase_ == Phase::kClosed) return;
    phase_ = Phase::kClosed;
    error_code ignored;
    connection_.socket().close(ignored);
    streams_.reset();
    NoteBusy(false);
    lane_.sessions.erase(shared_from_this());
  }

  void CheckDeadline(std::chrono::steady_clock::time_point now) override {
    if (phase_ == Phase::kClosed) return;
    if (deadline_ <= now) {
      deadline_ = kNever;
      if (writing_ || phase_ == Phase::kLingering) return Cancel();
      streams_->GoAway();  // idle
    }
    if (phase_ != Phase::kOpen) return;
    streams_->CheckDeadlines(now);
    Flush();
  }

 private:
  static constexpr auto kNever = std::chrono::steady_clock::time_point::max();
  enum class Phase { kOpen, kLingering, kClosed };

  std::shared_ptr<Http2Session> Self() {
    return std::static_pointer_cast<Http2Session>(shared_from_this());
  }

  void Arm(base::Duration timeout) { deadline_ = std::chrono::steady_clock::now() + timeout; }
  // What is being read or written ends with an error, and the session with it.
  void Cancel() {
    error_code ignored;
    connection_.socket().cancel(ignored);
  }

  void Read() {
    if (reading_ || phase_ == Phase::kClosed) return;
    if (phase_ == Phase::kOpen && !streams_->TakesMore()) return;
    reading_ = true;
    connection_.stream.async_read_some(
        asio::buffer(input_),
        [self = Self()](error_code error, size_t bytes) { self->ReadDone(error, bytes); });
  }

  void ReadDone(error_code error, size_t bytes) {
    reading_ = false;
    if (error) return Close();
    if (phase_ == Phase::kOpen) {
      streams_->Receive({input_.data(), bytes});
      Flush();
    } else if ((discarded_ += bytes) > kLingerBytes) {
      return Close();
    }
    Read();
  }

  // Sends what there is to send, once what was taken before has gone. Never closes.
  void Flush() {
    if (phase_ != Phase::kOpen || writing_) return;
    output_.clear();
    streams_->TakeOutput(output_, kWriteBytes);
    if (output_.empty() && streams_->ended()) return Linger();
    if (output_.empty()) {
      output_.shrink_to_fit();
    } else {
      writing_ = true;
      Arm(server_.limits.body_timeout);
      asio::async_write(connection_.stream, asio::buffer(output_),
                        [self = Self()](error_code error, size_t) { self->Written(error); });
    }
    NoteBusy(writing_ || streams_->open() > 0);
  }

  void Written(error_code error) {
    writing_ = false;
    if (error) return Close();
    deadline_ = kNever;
    Flush();
    Read();
  }

  // An exchange lasts until its answer has been written, which the streams do not see.
  void NoteBusy(bool busy) {
    const bool before = std::exchange(busy_, busy);
    if (!before && busy) server_.BeginExchange();
    if (before && !busy) server_.EndExchange();
    if (!busy && before) Arm(server_.limits.idle_timeout);
    if (busy && !writing_) deadline_ = kNever;
  }

  // A peer still sending when we close would get a reset and lose our last words: read on for a
  // moment.
  void Linger() {
    phase_ = Phase::kLingering;
    NoteBusy(false);
    error_code ignored;
    connection_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    Arm(kLinger);
    Read();
  }

  ServerState& server_;
  Lane& lane_;
  Connection<TlsStream> connection_;
  std::unique_ptr<Http2Streams> streams_;  // null once closed
  std::vector<char> input_;
  std::string output_;  // being written
  std::chrono::steady_clock::time_point deadline_ = kNever;
  size_t discarded_ = 0;
  Phase phase_ = Phase::kOpen;
  bool reading_ = false;
  bool writing_ = false;
  bool busy_ = false;
};

}  // namespace

std::shared_ptr<Session> MakeHttp2Session(Lane& lane, Connection<TlsStream> connection) {
  return std::make_shared<Http2Session>(lane, std::move(connection));
}

}  // namespace tutti::http
