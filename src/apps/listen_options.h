// ListenOptions: where a door listens, from the text in the configuration and back.
#pragma once

#include <cstdint>
#include <string>

#include "http/server.h"
#include "rpc/server.h"

namespace tutti::apps {

// `text` was checked when the configuration was loaded. The other options are the defaults.
http::ServerOptions ListenHttp(const std::string& text);
rpc::ServerOptions ListenRpc(const std::string& text);
// "127.0.0.1:41234"; of a Unix socket its path.
std::string ShownAddress(const std::string& address, uint16_t port);

}  // namespace tutti::apps
