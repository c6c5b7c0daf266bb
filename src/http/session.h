// Session: one connection, its requests one after the other. Internal to src/http.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "http/server.h"

namespace tutti::http {

class TlsContext;
class Session;

// What all sessions share.
struct ServerState {
  Limits limits;
  std::vector<Server::Route> routes;
  std::atomic<size_t> connections{0};
  std::atomic<size_t> in_flight{0};
  std::atomic<bool> draining{false};
};

// One thread's share of the connections: touched by that thread only.
struct Lane {
  boost::asio::io_context context{1};
  std::unordered_set<Session*> sessions;
};

// All members run on the lane's thread but Answer, which any thread may call.
class Session : public std::enable_shared_from_this<Session> {
 public:
  static std::shared_ptr<Session> Plain(ServerState& server, Lane& lane,
                                        boost::asio::ip::tcp::socket socket);
  static std::shared_ptr<Session> Tls(ServerState& server, Lane& lane,
                                      boost::asio::ip::tcp::socket socket, TlsContext& tls);
  virtual ~Session() = default;

  virtual void Start() = 0;
  // Refuses the connection: 503, then close.
  virtual void RefuseAndClose() = 0;
  // Closes it now unless a request is in flight; then after its answer.
  virtual void CloseWhenIdle() = 0;
};

}  // namespace tutti::http
