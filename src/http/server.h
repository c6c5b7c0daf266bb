// Server: HTTP/1.1, and with TLS HTTP/2, with deferred replies. A handler gets the request and a
// Reply it may keep; a request that waits holds a connection (of HTTP/2 one of its streams), never
// a thread.
//
// Limits are enforced on bytes read, chunked bodies included; what breaks one is answered (413,
// 431, 408, 400, 405, 415, 503) and never reaches a handler. What breaks HTTP/2 itself ends its
// stream or its connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"

namespace tutti::http {

struct Limits {
  size_t header_bytes = 16u << 10;
  size_t body_bytes = 16u << 20;
  size_t connections = 16384;  // more are answered 503 and closed; with TLS only closed
  // Requests under way on one connection of HTTP/2. Thousands of binds may be parked: Go opens
  // another connection for those beyond it, and losing one connection loses no more than these.
  size_t streams = 1000;
  size_t in_flight = 16384;  // requests handed to handlers and not yet answered; more: 503
  base::Duration header_timeout = std::chrono::seconds(5);
  base::Duration body_timeout = std::chrono::seconds(10);   // to read one; to write an answer
  base::Duration idle_timeout = std::chrono::seconds(120);  // must exceed kube-scheduler's 90 s
};

struct TlsOptions {
  std::string cert_file;  // PEM chain; files are read again when they change (new handshakes)
  std::string key_file;
  std::string cert_data;  // PEM, instead of files
  std::string key_data;
  std::string client_ca_file;  // set: clients must present a certificate of this CA (mTLS)
  std::string client_ca_data;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // 0: any free one; Server::port tells which
  int threads = 2;
  Limits limits;
  std::unique_ptr<TlsOptions> tls;  // null: plain HTTP/1.1
};

struct Request {
  std::string_view method;  // valid only during the handler's call
  std::string_view target;  // path and query
  std::string_view path;    // target without the query
  std::string_view body;    // followed by >= 64 readable bytes (simdjson's padding)
  std::string_view content_type;
  std::string_view peer;  // "127.0.0.1:4711", with mTLS " CN=..." after it
};

// Answers one request, exactly once, from any thread. Destroyed unanswered: the server answers 500.
// May outlive the server: its answer then goes nowhere.
class Reply {
 public:
  class Sink;
  explicit Reply(std::shared_ptr<Sink> sink);
  Reply(Reply&&) noexcept;
  Reply& operator=(Reply&&) noexcept;
  ~Reply();

  void Send(int status, std::string body, std::string_view content_type = "application/json");
  // True once the peer closed its side, reset its stream, or the server stopped: nobody reads the
  // answer any more. On HTTP/1.1 a peer that pipelines another request behind this one is not
  // noticed.
  bool abandoned() const;

 private:
  std::shared_ptr<Sink> sink_;
};

// Runs on a server thread and must not block.
using Handler = std::function<void(const Request&, Reply)>;

enum class Protocol { kHttp1, kHttp2 };

// Since the start.
struct Traffic {
  uint64_t connections = 0;  // accepted, and with TLS its handshake done
  uint64_t requests = 0;     // read to their end, answered by a handler or not
};

class Server {
 public:
  // `method` exact ("POST"); `path` exact, or a prefix where it ends with "/". A known path with
  // another method is 405; POST demands application/json (415). Routes are fixed before Start.
  struct Route {
    std::string method;
    std::string path;
    Handler handler;
  };

  // Binds and starts. Errors name the address and what to change.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options,
                                                       std::vector<Route> routes);
  virtual ~Server() = default;
  // Stops accepting, closes idle connections (HTTP/2 says GOAWAY), waits up to `drain` until the
  // requests being read and in flight have been answered, then closes the rest. No handler runs
  // afterwards. From one thread and never from a handler; again: no effect.
  virtual void Stop(base::Duration drain) = 0;
  // With TLS: new handshakes show this certificate (PEM, a chain) instead. One that cannot be used
  // is refused, and the one before stays. Any thread.
  virtual absl::Status UseCertificate(std::string cert_pem, std::string key_pem) = 0;
  virtual uint16_t port() const = 0;
  virtual size_t in_flight() const = 0;  // handed to handlers and not yet answered
  virtual Traffic traffic(Protocol protocol) const = 0;
};

}  // namespace tutti::http
