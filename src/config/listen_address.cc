#include "config/listen_address.h"

#include <arpa/inet.h>

#include <array>

namespace tutti::config {
namespace {

constexpr std::string_view kUnixPrefix = "unix://";
constexpr size_t kMaxUnixPath = 107;  // sockaddr_un

bool IsAddress(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored;
  return inet_pton(family, host.c_str(), ignored.data()) == 1;
}

bool IsWildcard(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

std::optional<uint16_t> ParsePort(std::string_view text) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  uint32_t port = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    port = port * 10 + static_cast<uint32_t>(c - '0');
  }
  if (port > UINT16_MAX) return std::nullopt;
  return static_cast<uint16_t>(port);
}

}  // namespace

bool ListenAddress::IsLoopback() const {
  return !unix_path.empty() || host == "::1" || host.rfind("127.", 0) == 0;
}

bool ListenAddress::CollidesWith(const ListenAddress& other) const {
  if (!unix_path.empty() || !other.unix_path.empty()) return unix_path == other.unix_path;
  if (port == 0 || port != other.port) return false;
  return host == other.host || IsWildcard(host) || IsWildcard(other.host);
}

std::optional<ListenAddress> ParseListenAddress(std::string_view text) {
  ListenAddress address;
  if (text.substr(0, kUnixPrefix.size()) == kUnixPrefix) {
    address.unix_path = std::string(text.substr(kUnixPrefix.size()));
    if (address.unix_path.size() < 2 || address.unix_path[0] != '/') return std::nullopt;
    if (address.unix_path.size() > kMaxUnixPath) return std::nullopt;
    return address;
  }
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port) return std::nullopt;
  address.port = *port;
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    address.host = std::string(host.substr(1, host.size() - 2));
    if (!IsAddress(AF_INET6, address.host)) return std::nullopt;
    return address;
  }
  address.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  if (!IsAddress(AF_INET, address.host)) return std::nullopt;
  return address;
}

}  // namespace tutti::config
