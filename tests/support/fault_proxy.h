// Two proxies that misbehave on purpose, between a client and an API server, real or fake.
#pragma once

#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/http_test_server.h"

namespace tutti::kube {
class Client;
}

namespace tutti::testing {

// Faults of the network, below TLS: bytes between a client and 127.0.0.1:upstream_port. A change of
// the mode acts on open connections at once. Any thread.
class TcpFaultProxy {
 public:
  enum class Mode {
    kPass,
    kRefuse,  // open connections break, new ones are closed at once
    kHang,    // connections stay open, not a byte passes in either direction
    kSlow,    // replies come sixteen bytes a millisecond
  };

  explicit TcpFaultProxy(int upstream_port);
  ~TcpFaultProxy();

  int port() const { return port_; }
  void SetMode(Mode mode);
  // Lets `bytes` more of replies pass, over all connections, then breaks every connection once.
  void CutRepliesAfter(int64_t bytes);
  void BreakConnections();
  size_t connections_made() const;

 private:
  struct Pair {
    int client;
    int server;
  };
  void Accept();
  void Pump(int from, int to, bool reply);
  // How many of `bytes` may pass now; waits while the proxy hangs. 0: the connection ends.
  size_t Admit(size_t bytes, bool reply);

  const int upstream_port_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Mode mode_ = Mode::kPass;
  int64_t reply_bytes_left_ = -1;  // -1: no cut is due
  bool stopping_ = false;
  size_t made_ = 0;
  std::list<Pair> pairs_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

// Faults of the server: an HTTP/1.1 server that hands requests on to an API server through a client
// of ours (so TLS upstream is no obstacle) unless a rule says otherwise. Any thread.
class HttpFaultProxy {
 public:
  enum class Action {
    kReply,      // `status`, `body` and `headers`; the server never hears of the request
    kCutBefore,  // the connection ends; the server never hears of the request
    kCutAfter,   // the server does it, the client's connection ends instead of the reply
    kCutReply,   // the server does it, the reply ends in its middle
    kHang,       // the server never hears of it, the client never hears anything
    kHangAfter,  // the server does it, the client never hears of it
  };
  struct Rule {
    std::string method;       // empty: any
    std::string target_part;  // the request's path and query contain it
    Action action = Action::kReply;
    int times = 1;
    int status = 500;
    std::string body = {};
    std::map<std::string, std::string> headers = {};
  };

  // `upstream` must outlive the proxy.
  explicit HttpFaultProxy(kube::Client& upstream);
  ~HttpFaultProxy();

  std::string url() const { return server_->url(); }
  // Rules act in the order they were added; each as often as its `times`.
  void Add(Rule rule);
  // Whether every rule has acted as often as it may.
  bool AllActed() const;
  void BreakConnections() { server_->BreakConnections(); }

 private:
  void Handle(const HttpRequest& request, HttpReply& reply);
  void Forward(const HttpRequest& request, HttpReply& reply, Action action);
  void ForwardWatch(const HttpRequest& request, HttpReply& reply);
  bool TakeRule(const HttpRequest& request, Rule* rule);

  kube::Client& upstream_;
  mutable std::mutex mutex_;
  std::vector<Rule> rules_;
  std::unique_ptr<HttpTestServer> server_;
};

}  // namespace tutti::testing
