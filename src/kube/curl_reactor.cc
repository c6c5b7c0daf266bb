#include "kube/curl_reactor.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <utility>

namespace tutti::kube {
namespace {

int LocalPort(int socket) {
  sockaddr_storage address = {};
  socklen_t size = sizeof(address);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return -1;
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

// What curl calls; a class of its own so that curl's types stay out of the header.
struct CurlReactor::Callbacks {
  static curl_socket_t OnOpenSocket(void* self, curlsocktype, curl_sockaddr* address) {
    const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) return CURL_SOCKET_BAD;
    static_cast<CurlReactor*>(self)->sockets_[fd].opened_here = true;
    return fd;
  }

  static int OnCloseSocket(void* self, curl_socket_t fd) {
    auto& reactor = *static_cast<CurlReactor*>(self);
    reactor.on_close_(LocalPort(fd));
    reactor.sockets_.erase(fd);
    return ::close(fd);  // which takes it out of the epoll
  }

  static int OnInterest(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto& reactor = *static_cast<CurlReactor*>(self);
    Socket& socket = reactor.sockets_[fd];
    socket.wanted = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) socket.wanted |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) socket.wanted |= EPOLLOUT;
    if (what != CURL_POLL_REMOVE) {
      reactor.Register(fd, socket);
    } else if (!socket.opened_here) {  // the resolver's, which closes it unseen
      reactor.Unregister(fd, socket);
      reactor.sockets_.erase(fd);
    }
    // A connection without transfers stays registered: most often the next one is about to use it.
    return 0;
  }

  static int OnTimer(CURLM*, long millis, void* self) {
    auto& reactor = *static_cast<CurlReactor*>(self);
    reactor.timer_ = millis < 0 ? base::Timestamp::Infinite()
                                : reactor.clock_.Now() + std::chrono::milliseconds(millis);
    return 0;
  }
};

CurlReactor::CurlReactor(const base::Clock& clock, OnClose on_close)
    : clock_(clock),
      on_close_(std::move(on_close)),
      multi_(curl_multi_init()),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event = {};
  event.events = EPOLLIN | EPOLLET;  // every write is an event, and nobody needs to read
  event.data.fd = wake_;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
    std::perror("epoll and eventfd for the API client");  // no descriptors left: as if no memory
    std::abort();
  }
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Callbacks::OnInterest);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Callbacks::OnTimer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

CurlReactor::~CurlReactor() {
  curl_multi_cleanup(multi_);  // closes the connections
  ::close(wake_);
  ::close(epoll_);
}

void CurlReactor::Configure(void* handle) {
  CURL* easy = handle;
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &Callbacks::OnOpenSocket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Callbacks::OnCloseSocket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

void CurlReactor::Act(int socket, int curl_events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, curl_events, &running);
}

void CurlReactor::RunTimers() {
  if (clock_.Now() < timer_) return;
  timer_ = base::Timestamp::Infinite();  // curl sets the next one
  Act(CURL_SOCKET_TIMEOUT, 0);
}

bool CurlReactor::Wait(base::Duration longest) {
  constexpr base::Duration kTick = std::chrono::milliseconds(1);
  const base::Duration wait = std::clamp(timer_ - clock_.Now(), base::Duration(0), longest);
  epoll_event events[64];
  const int count = ::epoll_wait(epoll_, events, std::size(events),
                                 static_cast<int>((wait + kTick - base::Duration(1)) / kTick));
  waiting_.store(false);
  for (int i = 0; i < count; ++i) {
    const int fd = events[i].data.fd;
    const auto found = sockets_.find(fd);
    if (found == sockets_.end()) continue;  // the eventfd, or closed by an event before this one
    if (found->second.wanted == 0) {
      // An idle connection has ended. curl finds out when it would use it again.
      Unregister(fd, found->second);
      continue;
    }
    // An error is what reading meets, as it is for poll.
    const bool in = (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
    const bool out = (events[i].events & EPOLLOUT) != 0;
    Act(fd, (in ? CURL_CSELECT_IN : 0) | (out ? CURL_CSELECT_OUT : 0));
  }
  return count > 0;
}

void CurlReactor::Wake() {
  if (!waiting_.exchange(false)) return;
  const uint64_t one = 1;
  // Cannot fail: the counter does not fill up in this universe.
  (void)!::write(wake_, &one, sizeof(one));
}

void CurlReactor::ShutDown(int local_port) {
  for (const auto& [fd, socket] : sockets_) {
    if (socket.opened_here && LocalPort(fd) == local_port) ::shutdown(fd, SHUT_RDWR);
  }
}

void CurlReactor::Register(int fd, Socket& socket) {
  if (socket.registered == socket.wanted) return;
  epoll_event event = {};
  event.events = socket.wanted;
  event.data.fd = fd;
  ::epoll_ctl(epoll_, socket.registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event);
  socket.registered = socket.wanted;
}

void CurlReactor::Unregister(int fd, Socket& socket) {
  if (socket.registered != 0) ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  socket.registered = 0;
}

}  // namespace tutti::kube
