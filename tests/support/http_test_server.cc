#include "tests/support/http_test_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tutti::testing {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

void ParseTarget(HttpRequest& request) {
  const size_t mark = request.target.find('?');
  request.path = request.target.substr(0, mark);
  if (mark == std::string::npos) return;
  std::string_view rest = std::string_view(request.target).substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const size_t equals = pair.find('=');
    request.query[Unescape(pair.substr(0, equals))] =
        equals == std::string_view::npos ? "" : Unescape(pair.substr(equals + 1));
  }
}

// Reads one request; `buffer` keeps what belongs to the next one. False at the end.
bool ReadRequest(int socket, std::string& buffer, HttpRequest& request) {
  auto fill = [&] {
    char bytes[16384];
    const ssize_t got = ::recv(socket, bytes, sizeof(bytes), 0);
    if (got > 0) buffer.append(bytes, static_cast<size_t>(got));
    return got > 0;
  };
  size_t head_end = 0;
  while ((head_end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return false;
  }
  std::string_view head = std::string_view(buffer).substr(0, head_end);
  const std::string_view first = head.substr(0, head.find("\r\n"));
  const size_t space = first.find(' ');
  const size_t second = first.rfind(' ');
  if (space == std::string_view::npos || second <= space) return false;
  request.method = first.substr(0, space);
  request.target = first.substr(space + 1, second - space - 1);
  ParseTarget(request);
  head.remove_prefix(std::min(head.size(), first.size() + 2));
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    std::string name(line.substr(0, colon));
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    request.headers[name] = value;
  }
  const auto length = request.headers.find("content-length");
  const size_t body = length == request.headers.end() ? 0 : std::stoul(length->second);
  while (buffer.size() < head_end + 4 + body) {
    if (!fill()) return false;
  }
  request.body = buffer.substr(head_end + 4, body);
  buffer.erase(0, head_end + 4 + body);
  return true;
}

std::string Render(int status, std::string_view body,
                   const std::map<std::string, std::string>& headers) {
  std::string text = "HTTP/1.1 " + std::to_string(status) +
                     " Status\r\nContent-Type: application/json\r\nContent-Length: " +
                     std::to_string(body.size()) + "\r\n";
  for (const auto& [name, value] : headers)
    text.append(name).append(": ").append(value).append("\r\n");
  text.append("\r\n").append(body);
  return text;
}

}  // namespace

int ListenOnFreePort(int* port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener, 128) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("listen on 127.0.0.1:0");
    std::abort();
  }
  *port = ntohs(address.sin_port);
  return listener;
}

int ConnectTo(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return socket;
  }
  ::close(socket);
  return -1;
}

bool HttpReply::WriteRaw(std::string_view bytes) {
  while (!bytes.empty() && !ended_) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) ended_ = true;
    if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return !ended_;
}

void HttpReply::Send(int status, std::string_view body,
                     const std::map<std::string, std::string>& headers) {
  WriteRaw(Render(status, body, headers));
}

void HttpReply::Begin(int status) {
  WriteRaw("HTTP/1.1 " + std::to_string(status) +
           " Status\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
}

bool HttpReply::Write(std::string_view piece) {
  if (piece.empty()) return !ended_;
  char size[32];
  std::snprintf(size, sizeof(size), "%zx\r\n", piece.size());
  return WriteRaw(std::string(size).append(piece).append("\r\n"));
}

void HttpReply::End() { WriteRaw("0\r\n\r\n"); }

void HttpReply::SendCut(int status, std::string_view body, size_t bytes) {
  WriteRaw(Render(status, body, {}).substr(0, bytes));
  Cut();
}

void HttpReply::Cut() {
  ::shutdown(socket_, SHUT_RDWR);
  ended_ = true;
}

void HttpReply::Hang() {
  // What the client still sends is swallowed; only its end, or ours, ends this.
  char bytes[4096];
  while (::recv(socket_, bytes, sizeof(bytes), 0) > 0) {
  }
  ended_ = true;
}

HttpTestServer::HttpTestServer(Handler handler) : handler_(std::move(handler)) {
  listener_ = ListenOnFreePort(&port_);
  acceptor_ = std::thread([this] { Accept(); });
}

HttpTestServer::~HttpTestServer() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  BreakConnections();
  for (std::thread& thread : threads_) thread.join();
}

std::string HttpTestServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

void HttpTestServer::BreakConnections() {
  std::lock_guard<std::mutex> lock(mutex_);
  for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
}

void HttpTestServer::Accept() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    std::lock_guard<std::mutex> lock(mutex_);
    if (socket < 0 || stopping_) {
      if (socket >= 0) ::close(socket);
      return;
    }
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    sockets_.push_back(socket);
    threads_.emplace_back([this, socket] { Serve(socket); });
  }
}

void HttpTestServer::Serve(int socket) {
  std::string buffer;
  while (true) {
    HttpRequest request;
    if (!ReadRequest(socket, buffer, request)) break;
    HttpReply reply(socket);
    handler_(request, reply);
    if (reply.connection_ended()) break;
  }
  std::lock_guard<std::mutex> lock(mutex_);
  sockets_.remove(socket);
  ::shutdown(socket, SHUT_RDWR);
  ::close(socket);
}

}  // namespace tutti::testing
