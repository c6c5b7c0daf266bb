#include "http/tls_handshake.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "http/http1_session.h"
#include "http/http2_session.h"

namespace tutti::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

class TlsHandshake final : public Session {
 public:
  TlsHandshake(Lane& lane, Connection<TlsStream> connection)
      : lane_(lane), connection_(std::move(connection)) {}

  void Start() override {
    deadline_ = std::chrono::steady_clock::now() + lane_.server->limits.header_timeout;
    connection_.stream.async_handshake(asio::ssl::stream_base::server,
                                       [self = Self()](error_code error) {
                                         if (error) return self->Close();
                                         self->HandOver();
                                       });
  }
  // A handshake would cost more than serving the request.
  void RefuseAndClose() override { Close(); }
  void CloseWhenIdle() override { Close(); }

  void Close() override {
    if (std::exchange(ended_, true)) return;
    error_code ignored;
    connection_.socket().close(ignored);
    lane_.sessions.erase(shared_from_this());
  }

  void CheckDeadline(std::chrono::steady_clock::time_point now) override {
    if (deadline_ > now) return;
    error_code ignored;
    connection_.socket().cancel(ignored);
  }

 private:
  std::shared_ptr<TlsHandshake> Self() {
    return std::static_pointer_cast<TlsHandshake>(shared_from_this());
  }

  void HandOver() {
    if (std::exchange(ended_, true)) return;
    NoteClientName();
    const unsigned char* name = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(connection_.stream.native_handle(), &name, &length);
    const bool http2 = std::string_view(reinterpret_cast<const char*>(name), length) == "h2";
    const std::shared_ptr<Session> next = http2 ? MakeHttp2Session(lane_, std::move(connection_))
                                                : MakeHttp1Session(lane_, std::move(connection_));
    lane_.sessions.erase(shared_from_this());
    lane_.Add(next);
    next->Start();
  }

  void NoteClientName() {
    X509* certificate = SSL_get_peer_certificate(connection_.stream.native_handle());
    if (certificate == nullptr) return;
    char name[256] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof(name) - 1);
    X509_free(certificate);
    connection_.peer += absl::StrFormat(" CN=%s", name);
  }

  Lane& lane_;
  Connection<TlsStream> connection_;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
  bool ended_ = false;  // closed or handed over
};

}  // namespace

std::shared_ptr<Session> MakeTlsHandshake(Lane& lane, Connection<TlsStream> connection) {
  return std::make_shared<TlsHandshake>(lane, std::move(connection));
}

}  // namespace tutti::http
