#include "tests/support/http2_client.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <map>

namespace tutti::testing {
namespace {

nghttp2_nv Field(const std::string& name, const std::string& value) {
  const auto bytes = [](const std::string& text) {
    return const_cast<uint8_t*>(reinterpret_cast<const uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::string Text(const uint8_t* bytes, size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

class Http2Client::Impl {
 public:
  struct Stream {
    HttpAnswer answer;
    std::string body;  // to be sent
    size_t sent = 0;
    bool body_ends = true;
    bool ended = false;
    std::optional<uint32_t> reset_code;
  };

  Impl(uint16_t port, const TlsClientOptions& tls) : client(port, tls) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_http_messaging(option, 1);  // what we send may be wrong
    nghttp2_session_client_new2(&session, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
  }
  ~Impl() { nghttp2_session_del(session); }

  bool Flush() {
    for (;;) {
      const uint8_t* data = nullptr;
      const ssize_t size = nghttp2_session_mem_send(session, &data);
      if (size <= 0) return size == 0;
      if (!client.Send(Text(data, static_cast<size_t>(size)))) return false;
    }
  }
  // False at the connection's end.
  bool ReadOnce() {
    const std::string bytes = client.ReadSome();
    if (bytes.empty()) return false;
    const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
    if (nghttp2_session_mem_recv(session, data, bytes.size()) < 0) return false;
    Flush();
    return true;
  }
  int32_t Submit(std::string_view method, std::string_view path, const Fields& extra,
                 std::string body, bool has_body, bool body_ends) {
    Fields all = {{":method", std::string(method)},
                  {":scheme", "https"},
                  {":authority", "test"},
                  {":path", std::string(path)}};
    if (has_body) all.emplace_back("content-type", "application/json");
    all.insert(all.end(), extra.begin(), extra.end());
    std::vector<nghttp2_nv> fields;
    for (const auto& [name, value] : all) fields.push_back(Field(name, value));
    nghttp2_data_provider provider = {};
    provider.read_callback = ReadBody;
    const int32_t id = nghttp2_submit_request(session, nullptr, fields.data(), fields.size(),
                                              has_body ? &provider : nullptr, nullptr);
    Stream& stream = streams[id];
    stream.body = std::move(body);
    stream.body_ends = body_ends;
    Flush();
    return id;
  }

  static Impl& Of(void* user) { return *static_cast<Impl*>(user); }
  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                      void* user) {
    HttpAnswer& answer = Of(user).streams[frame->hd.stream_id].answer;
    const std::string text = Text(value, value_size);
    if (Text(name, name_size) != ":status") {
      answer.headers[Text(name, name_size)] = text;
    } else if (text.starts_with("1")) {
      answer.interim.push_back(std::stoi(text));
    } else {
      answer.status = std::stoi(text);
    }
    return 0;
  }
  static int OnData(nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t size,
                    void* user) {
    Of(user).streams[id].answer.body += Text(data, size);
    return 0;
  }
  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) Of(user).goaway_code = frame->goaway.error_code;
    if (frame->hd.type == NGHTTP2_RST_STREAM)
      Of(user).streams[frame->hd.stream_id].reset_code = frame->rst_stream.error_code;
    if (frame->hd.type == NGHTTP2_PING && (frame->hd.flags & NGHTTP2_FLAG_ACK) != 0)
      ++Of(user).pongs;
    return 0;
  }
  static int OnClose(nghttp2_session*, int32_t id, uint32_t, void* user) {
    Of(user).streams[id].ended = true;
    return 0;
  }
  static ssize_t ReadBody(nghttp2_session*, int32_t id, uint8_t* to, size_t at_most,
                          uint32_t* flags, nghttp2_data_source*, void* user) {
    Stream& stream = Of(user).streams[id];
    const size_t size = std::min(at_most, stream.body.size() - stream.sent);
    std::memcpy(to, stream.body.data() + stream.sent, size);
    stream.sent += size;
    const bool all = stream.sent == stream.body.size();
    if (all && stream.body_ends) *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (size == 0 && !stream.body_ends) return NGHTTP2_ERR_DEFERRED;
    return static_cast<ssize_t>(size);
  }

  HttpClient client;
  nghttp2_session* session = nullptr;
  std::map<int32_t, Stream> streams;
  std::optional<uint32_t> goaway_code;
  int pongs = 0;
};

Http2Client::Http2Client(uint16_t port, TlsClientOptions tls) {
  tls.alpn = {"h2"};
  impl_ = std::make_unique<Impl>(port, tls);
  if (ok()) impl_->Flush();
}
Http2Client::~Http2Client() = default;

bool Http2Client::ok() const { return impl_->client.ok() && impl_->client.alpn() == "h2"; }
std::string Http2Client::error() const { return impl_->client.error(); }

int32_t Http2Client::Start(std::string_view method, std::string_view path, std::string_view body,
                           const Fields& extra) {
  return impl_->Submit(method, path, extra, std::string(body), method == "POST", true);
}

int32_t Http2Client::StartOpen(std::string_view path, const Fields& extra) {
  return impl_->Submit("POST", path, extra, "", true, false);
}

void Http2Client::SendPiece(int32_t stream, std::string_view bytes, bool last) {
  impl_->streams[stream].body += bytes;
  impl_->streams[stream].body_ends = last;
  nghttp2_session_resume_data(impl_->session, stream);
  impl_->Flush();
}

std::optional<HttpAnswer> Http2Client::Wait(int32_t stream) {
  const Impl::Stream& awaited = impl_->streams[stream];
  while (!awaited.ended && impl_->ReadOnce()) {
  }
  if (!awaited.ended || awaited.answer.status == 0) return std::nullopt;
  return awaited.answer;
}

std::optional<HttpAnswer> Http2Client::Call(std::string_view method, std::string_view path,
                                            std::string_view body) {
  return Wait(Start(method, path, body));
}

void Http2Client::Reset(int32_t stream) {
  nghttp2_submit_rst_stream(impl_->session, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
  impl_->Flush();
}

bool Http2Client::SendRaw(std::string_view bytes) { return impl_->client.Send(bytes); }

void Http2Client::ReadToEnd() {
  while (impl_->ReadOnce()) {
  }
}

bool Http2Client::Ping() {
  const int before = impl_->pongs;
  nghttp2_submit_ping(impl_->session, NGHTTP2_FLAG_NONE, nullptr);
  impl_->Flush();
  while (impl_->pongs == before) {
    if (!impl_->ReadOnce()) return false;
  }
  return true;
}

void Http2Client::Close() { impl_->client.Close(); }

std::optional<uint32_t> Http2Client::reset_code(int32_t stream) const {
  return impl_->streams[stream].reset_code;
}

std::optional<uint32_t> Http2Client::goaway_code() const { return impl_->goaway_code; }

uint32_t Http2Client::max_streams() const {
  return nghttp2_session_get_remote_settings(impl_->session,
                                             NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

void Http2Client::HoldWindow() {
  const nghttp2_settings_entry none[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0}};
  nghttp2_submit_settings(impl_->session, NGHTTP2_FLAG_NONE, none, 1);
  impl_->Flush();
}

}  // namespace tutti::testing
