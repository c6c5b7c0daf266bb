// HttpClient: a small blocking HTTP/1.1 client for tests that sends what it is told, byte by byte.
// Nothing waits for ever: reads give up after half a minute.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::testing {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;                            // by Content-Length
  std::vector<int> interim;                    // statuses of the 1xx answers before it
};

struct TlsClientOptions {
  std::string ca_pem;       // whom to trust
  std::string server_name;  // DNS name or IP address that the server's certificate must have
  std::string cert_pem;     // empty: no client certificate
  std::string key_pem;
  bool tls13 = true;              // false: TLS 1.2 at most
  std::vector<std::string> alpn;  // offered, the best first
  std::string session;            // from HttpClient::session: asks to resume it
};

// Used by one thread.
class HttpClient {
 public:
  explicit HttpClient(uint16_t port);  // on 127.0.0.1
  HttpClient(uint16_t port, const TlsClientOptions& tls);
  // With a socket made before, for when no more can be made; takes it over.
  static HttpClient OnSocket(int socket, uint16_t port);
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;
  ~HttpClient();

  bool ok() const;            // connected, and the handshake done
  std::string error() const;  // why not

  bool Send(std::string_view bytes);
  // The next final answer; nothing if the connection ended or broke before its end.
  std::optional<HttpAnswer> Read(bool head = false);
  // Whatever comes next, for who speaks something else than HTTP/1.1; empty at the end.
  std::string ReadSome();
  // True if the peer ended the connection and nothing came after the answers read so far.
  bool AtEnd();
  // A whole request with a JSON body (none for GET) and its answer.
  std::optional<HttpAnswer> Call(std::string_view method, std::string_view path,
                                 std::string_view body = "");
  // Without one byte more from us; the peer can still answer.
  void EndSending();
  // Closes; with TLS says so first, as libraries do.
  void Close();

  std::string alpn() const;
  std::string session() const;  // to be resumed, serialized
  bool resumed() const;
  std::string server_serial() const;  // of its certificate, hexadecimal

 private:
  struct Connection;
  explicit HttpClient(std::unique_ptr<Connection> connection);
  bool Fill();

  std::unique_ptr<Connection> connection_;
};

// "POST path" with a JSON body.
std::string PostRequest(std::string_view path, std::string_view body,
                        std::string_view extra_headers = "");

}  // namespace tutti::testing
