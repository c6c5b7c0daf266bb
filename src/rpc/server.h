// Server: gRPC services, health (grpc.health.v1) and reflection behind one port.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"

namespace grpc {
class Channel;
class Service;
}  // namespace grpc

namespace tutti::rpc {

struct TlsOptions {
  std::string cert_file;  // PEM chain; files are read again when they change
  std::string key_file;
  std::string client_ca_file;  // set: clients must present a certificate of this CA (mTLS)
};

struct ServerOptions {
  std::string address = "127.0.0.1";  // or "unix:///run/tutti/grpc.sock", then without a port
  uint16_t port = 0;                  // 0: any free one; Server::port tells which
  int max_message_bytes = 16 << 20;
  int max_concurrent_calls = 256;  // of one connection; further ones wait
  base::Duration health_period = std::chrono::milliseconds(200);  // `ready` is asked as often
  std::unique_ptr<TlsOptions> tls;                                // null: plain text
};

class Server {
 public:
  // Binds and starts. `ready` decides what the health service says, of every service: SERVING or
  // NOT_SERVING; it is called on gRPC's threads and must not block. Errors name the address.
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      ServerOptions options, std::vector<std::shared_ptr<grpc::Service>> services,
      std::function<bool()> ready);
  // Stops at once what has not ended.
  virtual ~Server() = default;
  // Takes no new calls, and waits up to `drain` for those under way before it cancels them.
  virtual void Stop(base::Duration drain) = 0;
  virtual uint16_t port() const = 0;
  // To these services without a socket. Nobody may call through it any more when Stop is called.
  virtual std::shared_ptr<grpc::Channel> InProcessChannel() = 0;
};

}  // namespace tutti::rpc
