#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>
#include <utility>

namespace tutti::testing {
namespace {

constexpr int kGiveUpSeconds = 30;

struct Free {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(SSL_SESSION* p) const { SSL_SESSION_free(p); }
  void operator()(BIO* p) const { BIO_free_all(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIO> Reader(const std::string& pem) {
  return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Owned<SSL_CTX> MakeContext(const TlsClientOptions& options) {
  Owned<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  const Owned<BIO> ca_pem = Reader(options.ca_pem);
  while (const Owned<X509> ca{PEM_read_bio_X509(ca_pem.get(), nullptr, nullptr, nullptr)})
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ca.get());
  ERR_clear_error();
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (!options.tls13) SSL_CTX_set_max_proto_version(context.get(), TLS1_2_VERSION);
  if (!options.cert_pem.empty()) {
    const Owned<X509> certificate(
        PEM_read_bio_X509(Reader(options.cert_pem).get(), nullptr, nullptr, nullptr));
    const Owned<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(Reader(options.key_pem).get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(context.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), key.get());
  }
  return context;
}

void ExpectName(SSL* ssl, const std::string& name) {
  X509_VERIFY_PARAM* verify = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(verify, name.c_str()) == 1) return;
  SSL_set1_host(ssl, name.c_str());
  SSL_set_tlsext_host_name(ssl, name.c_str());
}

std::string LastError() {
  char text[256] = "the peer ended the connection";
  if (const unsigned long error = ERR_get_error(); error != 0)
    ERR_error_string_n(error, text, sizeof(text));
  return text;
}

}  // namespace

struct HttpClient::Connection {
  ~Connection() { Close(); }
  void Close() {
    ssl.reset();
    if (socket >= 0) ::close(std::exchange(socket, -1));
  }
  int socket = -1;
  Owned<SSL_CTX> context;
  Owned<SSL> ssl;
  std::string error;
  std::string buffer;  // read, but not yet part of an answer
  bool ended = false;
};

HttpClient::HttpClient(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {
  const int on = 1;
  ::setsockopt(connection_->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  timeval give_up = {};
  give_up.tv_sec = kGiveUpSeconds;
  ::setsockopt(connection_->socket, SOL_SOCKET, SO_RCVTIMEO, &give_up, sizeof(give_up));
  ::setsockopt(connection_->socket, SOL_SOCKET, SO_SNDTIMEO, &give_up, sizeof(give_up));
}

HttpClient HttpClient::OnSocket(int socket, uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  auto connection = std::make_unique<Connection>();
  connection->socket = socket;
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    connection->error = "cannot connect";
  return HttpClient(std::move(connection));
}

HttpClient::HttpClient(uint16_t port)
    : HttpClient(OnSocket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port)) {}

HttpClient::HttpClient(uint16_t port, const TlsClientOptions& options) : HttpClient(port) {
  if (!ok()) return;
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  ERR_clear_error();
  connection_->context = MakeContext(options);
  connection_->ssl.reset(SSL_new(connection_->context.get()));
  SSL* ssl = connection_->ssl.get();
  SSL_set_fd(ssl, connection_->socket);
  ExpectName(ssl, options.server_name);
  std::string alpn;  // each behind its length
  for (const std::string& protocol : options.alpn)
    alpn += static_cast<char>(protocol.size()) + protocol;
  SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(alpn.data()),
                      static_cast<unsigned>(alpn.size()));
  if (!options.session.empty()) {
    auto* bytes = reinterpret_cast<const unsigned char*>(options.session.data());
    const Owned<SSL_SESSION> session(
        d2i_SSL_SESSION(nullptr, &bytes, static_cast<long>(options.session.size())));
    SSL_set_session(ssl, session.get());
  }
  if (SSL_connect(ssl) != 1) connection_->error = LastError();
}

HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

bool HttpClient::ok() const { return connection_->socket >= 0 && connection_->error.empty(); }
std::string HttpClient::error() const { return connection_->error; }

bool HttpClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent =
        connection_->ssl
            ? SSL_write(connection_->ssl.get(), bytes.data(), static_cast<int>(bytes.size()))
            : ::send(connection_->socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool HttpClient::Fill() {
  if (connection_->ended) return false;
  char bytes[16384];
  ERR_clear_error();
  const ssize_t got = connection_->ssl ? SSL_read(connection_->ssl.get(), bytes, sizeof(bytes))
                                       : ::recv(connection_->socket, bytes, sizeof(bytes), 0);
  if (got <= 0) {
    connection_->ended = true;
    connection_->error = LastError();
    return false;
  }
  connection_->buffer.append(bytes, static_cast<size_t>(got));
  return true;
}

std::optional<HttpAnswer> HttpClient::Read(bool head) {
  HttpAnswer answer;
  std::string& buffer = connection_->buffer;
  while (answer.status < 200) {
    if (answer.status != 0) answer.interim.push_back(answer.status);
    answer.headers.clear();
    size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill()) return std::nullopt;
    }
    if (!buffer.starts_with("HTTP/1.1 ")) return std::nullopt;
    answer.status = std::atoi(buffer.c_str() + 9);
    std::string_view lines = std::string_view(buffer).substr(0, end + 2);
    while (lines.remove_prefix(lines.find("\r\n") + 2), !lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find("\r\n"));
      std::string name(line.substr(0, line.find(':')));
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      answer.headers[name] = line.substr(std::min(line.size(), name.size() + 2));
    }
    buffer.erase(0, end + 4);
  }
  const size_t length =
      head ? 0 : static_cast<size_t>(std::atoll(answer.headers["content-length"].c_str()));
  while (buffer.size() < length) {
    if (!Fill()) return std::nullopt;
  }
  answer.body = buffer.substr(0, length);
  buffer.erase(0, length);
  return answer;
}

std::string HttpClient::ReadSome() {
  if (connection_->buffer.empty()) Fill();
  return std::exchange(connection_->buffer, {});
}

bool HttpClient::AtEnd() { return connection_->buffer.empty() && !Fill(); }

std::optional<HttpAnswer> HttpClient::Call(std::string_view method, std::string_view path,
                                           std::string_view body) {
  if (method == "POST") {
    if (!Send(PostRequest(path, body))) return std::nullopt;
  } else {
    std::string request(method);
    request += " " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n\r\n";
    if (!Send(request)) return std::nullopt;
  }
  return Read(method == "HEAD");
}

void HttpClient::EndSending() { ::shutdown(connection_->socket, SHUT_WR); }

void HttpClient::Close() {
  if (connection_->ssl) SSL_shutdown(connection_->ssl.get());
  connection_->Close();
}

std::string HttpClient::alpn() const {
  const unsigned char* name = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(connection_->ssl.get(), &name, &length);
  return std::string(reinterpret_cast<const char*>(name), length);
}

std::string HttpClient::session() const {
  const Owned<SSL_SESSION> session(SSL_get1_session(connection_->ssl.get()));
  std::string bytes(static_cast<size_t>(i2d_SSL_SESSION(session.get(), nullptr)), '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  i2d_SSL_SESSION(session.get(), &out);
  return bytes;
}

bool HttpClient::resumed() const { return SSL_session_reused(connection_->ssl.get()) == 1; }

std::string HttpClient::server_serial() const {
  const Owned<X509> certificate(SSL_get1_peer_certificate(connection_->ssl.get()));
  if (!certificate) return "";
  BIGNUM* number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate.get()), nullptr);
  char* text = BN_bn2hex(number);
  std::string serial = text;
  OPENSSL_free(text);
  BN_free(number);
  return serial;
}

std::string PostRequest(std::string_view path, std::string_view body,
                        std::string_view extra_headers) {
  std::string request = "POST ";
  request += path;
  request += " HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n";
  request += extra_headers;
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request += body;
  return request;
}

}  // namespace tutti::testing
