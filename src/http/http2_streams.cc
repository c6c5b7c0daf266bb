#include "http/http2_streams.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "http/exchange.h"
#include "http/routing.h"

namespace tutti::http {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

constexpr auto kNever = TimePoint::max();
constexpr int32_t kStreamWindow = 1 << 20;  // what a peer may send before we have looked at it
constexpr int32_t kConnectionWindow = 4 << 20;
constexpr size_t kBodiesAtOnce = 4;  // so many of the largest are kept of one connection
constexpr size_t kMostQueuedFrames = 4096;
constexpr size_t kFieldOverhead = 32;  // of a header field, as SETTINGS_MAX_HEADER_LIST_SIZE counts
// A request that ends before its answer has cost its peer nothing (CVE-2023-44487). A scheduler
// that gives up all its binds at once may do so; a peer that goes on at this rate may not.
constexpr uint64_t kEarlyEndsPerSecond = 100;

std::string_view View(const uint8_t* text, size_t size) {
  return {reinterpret_cast<const char*>(text), size};
}

// Lets nghttp2 copy name and value.
nghttp2_nv Field(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return const_cast<uint8_t*>(reinterpret_cast<const uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

}  // namespace

class Http2Streams::Impl {
 public:
  Impl(Lane& lane, std::string peer, std::function<void()> answered);
  ~Impl() {
    for (const auto& [id, stream] : streams_) Forget(*stream);
  }

  void Receive(std::string_view bytes);
  bool TakesMore() const {
    return !refused_ && nghttp2_session_get_outbound_queue_size(session_.get()) < kMostQueuedFrames;
  }
  void TakeOutput(std::string& out, size_t at_most);
  void GoAway();
  void CheckDeadlines(TimePoint now);
  size_t open() const { return streams_.size(); }
  bool ended() const {
    return broken_ || (nghttp2_session_want_read(session_.get()) == 0 &&
                       nghttp2_session_want_write(session_.get()) == 0);
  }

 private:
  // One request and its answer.
  class Stream final : public Exchange {
   public:
    Stream(Impl& streams, int32_t number) : id(number), streams_(streams) {}
    void Respond(int status, std::string text, std::string_view type) override {
      if (!answered) streams_.Answer(*this, status, std::move(text), type, "");
    }

    const int32_t id;
    std::string method;
    std::string target;
    std::string content_type;
    std::string body;
    std::optional<size_t> content_length;
    size_t header_bytes = 0;
    bool expects_continue = false;
    bool header_done = false;
    bool complete = false;  // the request, trailers and all
    bool handling = false;  // counted as in flight
    bool answered = false;
    std::string answer;
    size_t sent = 0;
    TimePoint deadline = kNever;

   private:
    Impl& streams_;
  };
  struct Callbacks;
  struct Free {
    void operator()(nghttp2_session* p) const { nghttp2_session_del(p); }
    void operator()(nghttp2_session_callbacks* p) const { nghttp2_session_callbacks_del(p); }
    void operator()(nghttp2_option* p) const { nghttp2_option_del(p); }
  };

  Stream* Find(int32_t id) const {
    const auto it = streams_.find(id);
    return it == streams_.end() ? nullptr : it->second.get();
  }
  void Arm(Stream& stream, base::Duration timeout) {
    stream.deadline = std::chrono::steady_clock::now() + timeout;
    earliest_ = std::min(earliest_, stream.deadline);
  }

  void Begin(int32_t id);
  void NoteField(Stream& stream, std::string_view name, std::string_view value);
  void HeaderDone(Stream& stream);
  void NoteBody(Stream& stream, std::string_view bytes);
  void Dispatch(Stream& stream);
  void ForgetBody(Stream& stream);
  void Refuse(Stream& stream, const Refusal& refusal);
  void Answer(Stream& stream, int status, std::string body, std::string_view content_type,
              std::string_view allow);
  size_t CopyAnswer(Stream& stream, uint8_t* to, size_t at_most, bool& last);
  void Sent(Stream& stream);
  void GiveUp(Stream& stream);
  void End(int32_t id);
  void CountEarlyEnd();
  uint64_t MostEarlyEnds() const { return 2 * server_.limits.streams; }
  void Forget(Stream& stream);

  ServerState& server_;
  Lane& lane_;
  const std::string peer_;
  const std::function<void()> answered_;
  std::unique_ptr<nghttp2_session, Free> session_;
  std::unordered_map<int32_t, std::shared_ptr<Stream>> streams_;
  size_t body_bytes_ = 0;        // of all requests that are not complete
  TimePoint earliest_ = kNever;  // no stream's deadline is before it
  double early_ends_ = 0;        // less what has been forgiven since the last of them
  TimePoint last_early_end_;
  bool receiving_ = false;
  bool refused_ = false;  // what came is no HTTP/2, or an attack
  bool broken_ = false;   // nghttp2 has given up
};

// What nghttp2 calls. 0 is success.
struct Http2Streams::Impl::Callbacks {
  static Impl& Of(void* user) { return *static_cast<Impl*>(user); }

  static int BeginHeaders(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->headers.cat == NGHTTP2_HCAT_REQUEST) Of(user).Begin(frame->hd.stream_id);
    return 0;
  }
  static int Header(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                    size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                    void* user) {
    if (Stream* stream = Of(user).Find(frame->hd.stream_id))
      Of(user).NoteField(*stream, View(name, name_size), View(value, value_size));
    return 0;
  }
  // nghttp2 would pass over the field. What proxies read differently is no request of ours.
  static int InvalidHeader(nghttp2_session*, const nghttp2_frame*, const uint8_t*, size_t,
                           const uint8_t*, size_t, uint8_t, void*) {
    return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;  // resets the stream
  }
  static int DataChunk(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t size,
                       void* user) {
    if (Stream* stream = Of(user).Find(id)) Of(user).NoteBody(*stream, View(data, size));
    return 0;
  }
  static int FrameReceived(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    const bool headers = frame->hd.type == NGHTTP2_HEADERS;
    if (!headers && frame->hd.type != NGHTTP2_DATA) return 0;
    Stream* stream = Of(user).Find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->complete = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (headers) Of(user).HeaderDone(*stream);
    if (stream->complete && !stream->answered) Of(user).Dispatch(*stream);
    return 0;
  }
  static int FrameSent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    const bool last = (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA) &&
                      (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    Stream* stream = last ? Of(user).Find(frame->hd.stream_id) : nullptr;
    if (stream != nullptr) Of(user).Sent(*stream);
    return 0;
  }
  static int StreamClosed(nghttp2_session*, int32_t id, uint32_t, void* user) {
    Of(user).End(id);
    return 0;
  }
  static ssize_t ReadAnswer(nghttp2_session*, int32_t id, uint8_t* to, size_t at_most,
                            uint32_t* flags, nghttp2_data_source*, void* user) {
    Stream* stream = Of(user).Find(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    bool last = false;
    const size_t size = Of(user).CopyAnswer(*stream, to, at_most, last);
    if (last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }
};

Http2Streams::Impl::Impl(Lane& lane, std::string peer, std::function<void()> answered)
    : server_(*lane.server), lane_(lane), peer_(std::move(peer)), answered_(std::move(answered)) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  const std::unique_ptr<nghttp2_session_callbacks, Free> free_callbacks(callbacks);
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, Callbacks::BeginHeaders);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, Callbacks::Header);
  nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, Callbacks::InvalidHeader);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, Callbacks::DataChunk);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, Callbacks::FrameReceived);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, Callbacks::FrameSent);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, Callbacks::StreamClosed);
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  const std::unique_ptr<nghttp2_option, Free> free_option(option);
  // Its own bounds stand as they are: 1,000 acknowledgements of PING and SETTINGS that are not
  // taken, 32 settings in a frame, 8 CONTINUATION frames of a header.
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_stream_reset_rate_limit(option, MostEarlyEnds(), kEarlyEndsPerSecond);
  nghttp2_session* session = nullptr;
  nghttp2_session_server_new2(&session, callbacks, this, option);
  session_.reset(session);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, static_cast<uint32_t>(server_.limits.streams)},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<uint32_t>(server_.limits.header_bytes)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1}};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
}

void Http2Streams::Impl::Receive(std::string_view bytes) {
  receiving_ = true;
  const ssize_t taken = nghttp2_session_mem_recv(
      session_.get(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  receiving_ = false;
  refused_ = taken < 0;
  if (!refused_) return;
  const bool flood = taken == NGHTTP2_ERR_FLOODED || taken == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS;
  const uint32_t why = flood ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR;
  broken_ = nghttp2_session_terminate_session(session_.get(), why) != 0;
}

void Http2Streams::Impl::TakeOutput(std::string& out, size_t at_most) {
  while (out.size() < at_most && !broken_) {
    const uint8_t* data = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_.get(), &data);
    if (size == 0) return;
    broken_ = size < 0;
    if (size > 0) out.append(View(data, static_cast<size_t>(size)));
  }
}

void Http2Streams::Impl::GoAway() {
  nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(session_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
}

void Http2Streams::Impl::Begin(int32_t id) {
  const auto stream = std::make_shared<Stream>(*this, id);
  streams_[id] = stream;
  Arm(*stream, server_.limits.header_timeout);
}

void Http2Streams::Impl::NoteField(Stream& stream, std::string_view name, std::string_view value) {
  stream.header_bytes += name.size() + value.size() + kFieldOverhead;
  if (stream.header_bytes > server_.limits.header_bytes || stream.header_done) return;
  if (name == ":method") {
    stream.method = value;
  } else if (name == ":path") {
    stream.target = value;
  } else if (name == "content-type") {
    stream.content_type = value;
  } else if (name == "content-length") {
    stream.content_length.emplace();  // nghttp2 has seen that it is a number
    std::from_chars(value.data(), value.data() + value.size(), *stream.content_length);
  } else if (name == "expect") {
    stream.expects_continue = absl::EqualsIgnoreCase({value.data(), value.size()}, "100-continue");
  }
}

void Http2Streams::Impl::HeaderDone(Stream& stream) {
  stream.header_done = true;
  if (stream.answered) return;
  if (stream.header_bytes > server_.limits.header_bytes)
    return Refuse(stream, HeaderTooLarge(server_.limits));
  if (stream.complete) return;
  const size_t length = stream.content_length.value_or(0);
  if (length > server_.limits.body_bytes) return Refuse(stream, BodyTooLarge(server_.limits));
  stream.body.reserve(std::min<size_t>(length, kStreamWindow) + kPadding);
  if (stream.expects_continue) {
    const nghttp2_nv fields[] = {Field(":status", "100")};
    nghttp2_submit_headers(session_.get(), NGHTTP2_FLAG_NONE, stream.id, nullptr, fields, 1,
                           nullptr);
  }
  Arm(stream, server_.limits.body_timeout);
}

void Http2Streams::Impl::NoteBody(Stream& stream, std::string_view bytes) {
  if (stream.answered) return;
  if (stream.body.size() + bytes.size() > server_.limits.body_bytes)
    return Refuse(stream, BodyTooLarge(server_.limits));
  if (body_bytes_ + bytes.size() > kBodiesAtOnce * server_.limits.body_bytes) {
    return Refuse(stream,
                  {503, "too many large bodies at once on one connection: retry later", ""});
  }
  stream.body += bytes;
  body_bytes_ += bytes.size();
}

void Http2Streams::Impl::Dispatch(Stream& stream) {
  stream.deadline = kNever;
  ++server_.http2.requests;
  Request request;
  request.method = stream.method;
  request.target = stream.target;
  request.path = PathOf(request.target);
  request.content_type = stream.content_type;
  request.peer = peer_;
  const auto admitted = Admit(server_, request);
  if (const auto* refusal = std::get_if<Refusal>(&admitted)) return Refuse(stream, *refusal);
  stream.handling = true;
  const std::shared_ptr<Stream> alive = streams_.at(stream.id);
  const size_t size = stream.body.size();
  body_bytes_ -= size;
  std::string body = std::exchange(stream.body, {});
  body.append(kPadding, '\0');
  request.body = std::string_view(body.data(), size);
  const Server::Route* route = std::get<const Server::Route*>(admitted);
  route->handler(request, Reply(std::make_shared<ExchangeSink>(lane_.shared_from_this(), alive)));
  alive->target = {};
  alive->content_type = {};
}

void Http2Streams::Impl::ForgetBody(Stream& stream) {
  body_bytes_ -= stream.body.size();
  stream.body = {};
}

void Http2Streams::Impl::Refuse(Stream& stream, const Refusal& refusal) {
  ForgetBody(stream);
  Answer(stream, refusal.status, ErrorBody(refusal.text), "application/json", refusal.allow);
}

void Http2Streams::Impl::Answer(Stream& stream, int status, std::string body,
                                std::string_view content_type, std::string_view allow) {
  stream.answered = true;
  if (std::exchange(stream.handling, false)) server_.EndHandling();
  if (stream.method != "HEAD") stream.answer = std::move(body);
  const std::string status_text = std::to_string(status);
  const std::string length = std::to_string(stream.answer.size());
  std::vector<nghttp2_nv> fields = {Field(":status", status_text),
                                    Field("content-type", content_type),
                                    Field("content-length", length)};
  if (status == 503) fields.push_back(Field("retry-after", "1"));
  if (!allow.empty()) fields.push_back(Field("allow", allow));
  nghttp2_data_provider provider = {};
  provider.read_callback = Callbacks::ReadAnswer;
  nghttp2_submit_response(session_.get(), stream.id, fields.data(), fields.size(),
                          stream.answer.empty() ? nullptr : &provider);
  Arm(stream, server_.limits.body_timeout);
  if (!receiving_) answered_();
}

size_t Http2Streams::Impl::CopyAnswer(Stream& stream, uint8_t* to, size_t at_most, bool& last) {
  const size_t size = std::min(at_most, stream.answer.size() - stream.sent);
  std::memcpy(to, stream.answer.data() + stream.sent, size);
  stream.sent += size;
  last = stream.sent == stream.answer.size();
  return size;
}

// A request that was refused before its end need not be sent to its end.
void Http2Streams::Impl::Sent(Stream& stream) {
  if (stream.complete) return;
  nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_NO_ERROR);
}

void Http2Streams::Impl::End(int32_t id) {
  const auto it = streams_.find(id);
  if (it == streams_.end()) return;
  if (!it->second->answered) CountEarlyEnd();
  Forget(*it->second);
  streams_.erase(it);
}

// nghttp2 counts the resets that come, but not those that a peer makes us send (CVE-2025-8671).
void Http2Streams::Impl::CountEarlyEnd() {
  const auto now = std::chrono::steady_clock::now();
  const double back =
      std::chrono::duration<double>(now - last_early_end_).count() * kEarlyEndsPerSecond;
  early_ends_ = std::max(early_ends_ - back, 0.0) + 1;
  last_early_end_ = now;
  if (early_ends_ > static_cast<double>(MostEarlyEnds()))
    nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM);
}

void Http2Streams::Impl::Forget(Stream& stream) {
  ForgetBody(stream);
  if (std::exchange(stream.handling, false)) server_.EndHandling();
  stream.answered = true;
}

void Http2Streams::Impl::CheckDeadlines(TimePoint now) {
  if (earliest_ > now) return;
  earliest_ = kNever;
  std::vector<int32_t> late;
  for (const auto& [id, stream] : streams_) {
    if (stream->deadline <= now) {
      late.push_back(id);
    } else {
      earliest_ = std::min(earliest_, stream->deadline);
    }
  }
  for (const int32_t id : late) {
    if (Stream* stream = Find(id)) GiveUp(*stream);
  }
}

void Http2Streams::Impl::GiveUp(Stream& stream) {
  stream.deadline = kNever;
  if (stream.answered) {
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_CANCEL);
  } else if (stream.header_done) {
    Refuse(stream, TooSlow("body"));
  } else {
    // Nothing else can come before the rest of this header.
    nghttp2_session_terminate_session(session_.get(), NGHTTP2_ENHANCE_YOUR_CALM);
  }
}

Http2Streams::Http2Streams(Lane& lane, std::string peer, std::function<void()> answered)
    : impl_(std::make_unique<Impl>(lane, std::move(peer), std::move(answered))) {}
Http2Streams::~Http2Streams() = default;

void Http2Streams::Receive(std::string_view bytes) { impl_->Receive(bytes); }
bool Http2Streams::TakesMore() const { return impl_->TakesMore(); }
void Http2Streams::TakeOutput(std::string& out, size_t at_most) { impl_->TakeOutput(out, at_most); }
void Http2Streams::GoAway() { impl_->GoAway(); }
void Http2Streams::CheckDeadlines(TimePoint now) { impl_->CheckDeadlines(now); }
size_t Http2Streams::open() const { return impl_->open(); }
bool Http2Streams::ended() const { return impl_->ended(); }

}  // namespace tutti::http
