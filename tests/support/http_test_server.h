// HttpTestServer: a small HTTP/1.1 server for tests, on a free port of the loopback interface.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace tutti::testing {

struct HttpRequest {
  std::string method;
  std::string target;  // path and query as sent
  std::string path;
  std::map<std::string, std::string> query;    // unescaped
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// What a handler does with its connection. Only within the handler's call.
class HttpReply {
 public:
  explicit HttpReply(int socket) : socket_(socket) {}

  void Send(int status, std::string_view body,
            const std::map<std::string, std::string>& headers = {});
  // A reply of unknown length: Begin, Write as often as wanted, End. Write is false when the client
  // has gone.
  void Begin(int status);
  bool Write(std::string_view piece);
  void End();
  // The first `bytes` of the reply that Send would write, then the end of the connection.
  void SendCut(int status, std::string_view body, size_t bytes);
  // Ends the connection without another byte.
  void Cut();
  // Says nothing until the client or the server gives up.
  void Hang();
  bool connection_ended() const { return ended_; }

 private:
  bool WriteRaw(std::string_view bytes);

  const int socket_;
  std::atomic<bool> ended_{false};
};

// One thread per connection, requests of one connection in order. The handler runs on these threads
// at the same time.
class HttpTestServer {
 public:
  using Handler = std::function<void(const HttpRequest&, HttpReply&)>;

  explicit HttpTestServer(Handler handler);
  // Ends all connections and waits for running handlers: those that wait for something else must
  // have been released before.
  ~HttpTestServer();

  int port() const { return port_; }
  std::string url() const;
  // Breaks every open connection; new ones are welcome.
  void BreakConnections();

 private:
  void Accept();
  void Serve(int socket);

  const Handler handler_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  bool stopping_ = false;
  std::list<int> sockets_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

// A listening socket on 127.0.0.1 and its port. Exits the process on failure.
int ListenOnFreePort(int* port);
// Connected to 127.0.0.1:port, or -1.
int ConnectTo(int port);

}  // namespace tutti::testing
