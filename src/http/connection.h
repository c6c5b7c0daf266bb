// Connection: an accepted connection on its way from the listener to the session that speaks its
// protocol. Internal to src/http.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <string>

#include "http/session.h"

namespace tutti::http {

using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

// One of ServerState::connections, until its end.
struct Uncount {
  void operator()(ServerState* server) const { --server->connections; }
};
using ConnectionTicket = std::unique_ptr<ServerState, Uncount>;

template <class Stream>
struct Connection {
  ConnectionTicket ticket;
  std::string peer;            // as in Request
  std::shared_ptr<void> keep;  // what the stream refers to: the TLS context
  Stream stream;

  boost::asio::ip::tcp::socket& socket() {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      return stream.next_layer();
    } else {
      return stream;
    }
  }
};

}  // namespace tutti::http
