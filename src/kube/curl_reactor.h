// CurlReactor: drives a curl multi handle by events. An epoll of its own says which sockets are
// ready, so that a turn costs what has happened, not one system call for each transfer in flight.
//
// One thread calls everything but Wake. Sockets belong to curl; the reactor opens and closes them
// for it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "absl/container/flat_hash_map.h"
#include "base/clock.h"

namespace tutti::kube {

class CurlReactor {
 public:
  using OnClose = std::function<void(int local_port)>;

  // `on_close` runs before a connection of `local_port` is closed, also in the destructor.
  CurlReactor(const base::Clock& clock, OnClose on_close);
  // No transfer may be left in the multi handle.
  ~CurlReactor();
  CurlReactor(const CurlReactor&) = delete;
  CurlReactor& operator=(const CurlReactor&) = delete;

  void* multi() const { return multi_; }  // CURLM*
  // Once for every handle (CURL*) that is to run here.
  void Configure(void* easy);

  // Lets curl do what is due by time: new transfers start, late ones end.
  void RunTimers();
  // Waits for sockets, Wake or curl's next timer, `longest` at most; lets curl act on the sockets.
  // False when nothing came but time.
  bool Wait(base::Duration longest);
  // The thread is about to Wait. What others did before a Wake is seen by looking after this; what
  // they do later ends the Wait.
  void AnnounceWait() { waiting_.store(true); }
  // Any thread. Costs nothing unless the thread waits.
  void Wake();

  // Ends the connection with this local port in both directions; curl finds it broken.
  void ShutDown(int local_port);

 private:
  struct Callbacks;
  struct Socket {
    uint32_t wanted = 0;      // epoll events that curl waits for
    uint32_t registered = 0;  // those that the epoll knows of
    bool opened_here = false;
  };

  void Act(int socket, int curl_events);
  void Register(int fd, Socket& socket);
  void Unregister(int fd, Socket& socket);

  const base::Clock& clock_;
  const OnClose on_close_;
  void* const multi_;
  const int epoll_;
  const int wake_;  // an eventfd
  std::atomic<bool> waiting_{false};
  base::Timestamp timer_ = base::Timestamp::Infinite();
  absl::flat_hash_map<int, Socket> sockets_;
};

}  // namespace tutti::kube
