// ListenAddress: where a door listens, as configuration writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::config {

struct ListenAddress {
  std::string host;       // IPv4 or IPv6 without brackets; empty for a Unix socket
  uint16_t port = 0;      // 0: any free port
  std::string unix_path;  // absolute; empty for TCP

  // Reached from this machine only: 127.0.0.0/8, ::1 or a Unix socket.
  bool IsLoopback() const;
  // Both would bind the same port (a wildcard host covers every other).
  bool CollidesWith(const ListenAddress& other) const;
};

// "127.0.0.1:8888", "[::1]:8888", "localhost:8888" (as 127.0.0.1) or "unix:///run/tutti/grpc.sock".
std::optional<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace tutti::config
