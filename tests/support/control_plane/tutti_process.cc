#include "tests/support/control_plane/tutti_process.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace tutti::testing {
namespace {

// Sends and reads until the server closes the connection. kube::Client wants an API server.
std::string Exchange(const std::string& address, const std::string& request) {
  const size_t colon = address.rfind(':');
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(static_cast<uint16_t>(std::atoi(address.c_str() + colon + 1)));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &target.sin_addr);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string reply;
  const timeval limit{5, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  if (::connect(fd, reinterpret_cast<sockaddr*>(&target), sizeof(target)) == 0) {
    char buffer[65536];
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
      for (ssize_t got = 0; (got = ::recv(fd, buffer, sizeof(buffer), 0)) > 0;)
        reply.append(buffer, static_cast<size_t>(got));
    }
  }
  ::close(fd);
  return reply;
}

std::string HttpGet(const std::string& address, const std::string& path) {
  return Exchange(address, "GET " + path + " HTTP/1.1\r\nHost: tutti\r\nConnection: close\r\n\r\n");
}

}  // namespace

std::string TuttiServerBinary() {
  if (const char* binary = std::getenv("TUTTI_SERVER")) return binary;
  return std::string(TUTTI_SOURCE_DIR) + "/build/release/src/apps/tutti-server";
}

absl::StatusOr<TuttiProcess> TuttiProcess::Start(ControlPlane& plane, const TuttiOptions& options,
                                                 bool wait_ready) {
  const std::string base = plane.dir() + "/" + options.name;
  std::string config = absl::StrFormat(
      "apiVersion: tutti.dev/v1alpha1\nkind: TuttiConfiguration\nclientConnection: {kubeconfig: "
      "%s%s}\n"
      "extender: {listen: \"127.0.0.1:%d\"%s}\nmetrics: {listen: \"127.0.0.1:0\"}\n"
      "control: {listen: \"127.0.0.1:0\"}\n",
      options.kubeconfig.empty() ? plane.kubeconfig() : options.kubeconfig, options.client_extra,
      options.extender_port, options.extender_extra);
  if (options.webhook) {
    config +=
        "webhook:\n  enabled: true\n  listen: \"127.0.0.1:0\"\n  dnsNames: [\"127.0.0.1\"]\n"
        "  register: {name: tutti, url: \"https://127.0.0.1:0/mutate\"}\n" +
        options.webhook_extra;
  }
  WriteFile(base + ".yaml",
            options.configuration.empty() ? config + options.extra : options.configuration);
  std::filesystem::remove(base + ".doors");
  TuttiProcess tutti;
  TUTTI_ASSIGN_OR_RETURN(tutti.process_,
                         Process::Start({TuttiServerBinary(), "--config", base + ".yaml",
                                         "--doors-file", base + ".doors"},
                                        base + ".log"));
  const bool up = plane.WaitFor([&] {
    if (!tutti.process_.running()) return true;
    std::istringstream doors(ReadFile(base + ".doors"));
    std::string door;
    std::string address;
    while (doors >> door >> address) tutti.doors_[door] = address;
    const bool listening = tutti.doors_.contains("metrics") && tutti.doors_.contains("extender") &&
                           (!options.webhook || tutti.doors_.contains("webhook"));
    return listening && (!wait_ready || tutti.ready());
  });
  if (up && tutti.process_.running()) return tutti;
  return absl::UnavailableError("tutti-server did not become ready:\n" + Tail(base + ".log"));
}

bool TuttiProcess::ready() const {
  return HttpGet(door("metrics"), "/readyz").starts_with("HTTP/1.1 200");
}

std::string TuttiProcess::Fetch(const std::string& path) const {
  return HttpGet(door("metrics"), path);
}

std::string TuttiProcess::Post(const std::string& door_name, const std::string& path,
                               const std::string& body) const {
  return Exchange(door(door_name),
                  absl::StrFormat("POST %s HTTP/1.1\r\nHost: tutti\r\nContent-Type: "
                                  "application/json\r\nContent-Length: %d\r\nConnection: "
                                  "close\r\n\r\n%s",
                                  path, body.size(), body));
}

double TuttiProcess::Metric(const std::string& prefix) const {
  std::istringstream lines(Fetch("/metrics"));
  std::string line;
  double sum = 0;
  while (std::getline(lines, line)) {
    if (line.starts_with(prefix)) sum += std::atof(line.c_str() + line.rfind(' ') + 1);
  }
  return sum;
}

}  // namespace tutti::testing
