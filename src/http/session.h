// Session: one connection and what it is doing. Internal to src/http.
//
// A lane owns its sessions until they close.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <unordered_set>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "http/server.h"

namespace tutti::http {

class Session;

// What all sessions share.
struct ServerState {
  Limits limits;
  std::vector<Server::Route> routes;
  std::atomic<size_t> connections{0};
  std::atomic<bool> draining{false};

  // A request handed to its handler, until it is answered. False: there are too many.
  bool BeginHandling();
  void EndHandling() { --in_flight; }
  std::atomic<size_t> in_flight{0};

  // From a request's first byte to its answer's last.
  void BeginExchange() { ++exchanges; }
  void EndExchange();
  // Waits until no exchange is under way, at most `timeout`. `draining` must be set.
  void AwaitQuiet(base::Duration timeout);

  std::atomic<size_t> exchanges{0};
  absl::Mutex mutex;  // guards nothing: it wakes AwaitQuiet

  struct Counts {
    std::atomic<uint64_t> connections{0};  // that began to speak it
    std::atomic<uint64_t> requests{0};     // read to their end
  };
  Counts http1;
  Counts http2;
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
  virtual ~Session() = default;

  virtual void Start() = 0;
  // One connection too many: 503 where that is cheap, then close.
  virtual void RefuseAndClose() = 0;
  // Closes it now unless a request is under way; then after its answer.
  virtual void CloseWhenIdle() = 0;
  virtual void Close() = 0;
  // Gives up what it waits for if its time has passed. Does not close before it has returned.
  virtual void CheckDeadline(std::chrono::steady_clock::time_point now) = 0;
};

}  // namespace tutti::http
