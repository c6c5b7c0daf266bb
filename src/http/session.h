// Session: one connection, its requests one after the other. Internal to src/http.
//
// A lane owns its sessions until they close. A Reply owns the lane but not the session, so that
// whoever still holds one when the server is gone holds nothing that is in use.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "absl/synchronization/mutex.h"
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

  // From a request's first byte to its answer's last.
  void BeginExchange() { ++exchanges; }
  void EndExchange();
  // Waits until no exchange is under way, at most `timeout`. `draining` must be set.
  void AwaitQuiet(base::Duration timeout);

  std::atomic<size_t> exchanges{0};
  absl::Mutex mutex;  // guards nothing: it wakes AwaitQuiet
};

// One thread's share of the connections: touched by that thread only, but for `context`.
struct Lane : std::enable_shared_from_this<Lane> {
  explicit Lane(std::shared_ptr<ServerState> state) : server(std::move(state)) {}

  void Add(std::shared_ptr<Session> session);

  const std::shared_ptr<ServerState> server;
  boost::asio::io_context context{1};
  std::unordered_set<std::shared_ptr<Session>> sessions;

 private:
  // One timer for all sessions: a timer of its own in each would cost a system call per read.
  void SweepLater();

  boost::asio::steady_timer sweep_{context};
  bool sweeping_ = false;
};

// All members run on the lane's thread, or after it has ended.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // The caller has counted the connection in ServerState::connections; its end uncounts it.
  static std::shared_ptr<Session> Plain(Lane& lane, boost::asio::ip::tcp::socket socket);
  static std::shared_ptr<Session> Tls(Lane& lane, boost::asio::ip::tcp::socket socket,
                                      TlsContext& tls);
  virtual ~Session() = default;

  virtual void Start() = 0;
  // 503, then close; with TLS only close, as a handshake would cost more than serving the request.
  virtual void RefuseAndClose() = 0;
  // Closes it now unless a request is under way; then after its answer.
  virtual void CloseWhenIdle() = 0;
  virtual void Close() = 0;
  // Gives up what it waits for if its time has passed.
  virtual void CheckDeadline(std::chrono::steady_clock::time_point now) = 0;
  // Answers the request that was handed to a handler.
  virtual void Respond(int status, std::string body, std::string_view content_type) = 0;
};

}  // namespace tutti::http
