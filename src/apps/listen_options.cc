#include "apps/listen_options.h"

#include "absl/strings/str_format.h"
#include "config/listen_address.h"

namespace tutti::apps {

http::ServerOptions ListenHttp(const std::string& text) {
  const config::ListenAddress address = *config::ParseListenAddress(text);
  http::ServerOptions options;
  options.address = address.host;
  options.port = address.port;
  return options;
}

rpc::ServerOptions ListenRpc(const std::string& text) {
  const config::ListenAddress address = *config::ParseListenAddress(text);
  rpc::ServerOptions options;
  options.address = address.unix_path.empty() ? address.host : "unix://" + address.unix_path;
  options.port = address.port;
  return options;
}

std::string ShownAddress(const std::string& address, uint16_t port) {
  if (address.starts_with("unix://")) return address;
  return absl::StrFormat("%s:%d", address, port);
}

}  // namespace tutti::apps
