// Client: requests to one kube-apiserver, many at a time over HTTP/2.
//
// Every request has a deadline, which covers waiting its turn and all repetitions. Replies 429 and
// 503 with Retry-After, and connections that failed before the server can have acted, are tried
// again with exponential back-off and jitter as long as the deadline allows. After a connection
// broke in the middle only GET, DELETE and patches that state their result (merge, not JSON patch)
// are repeated; a POST whose fate is unknown is not: the caller must look.
//
// Errors of a request (a reply of any HTTP status is no error):
//   Unknown             not a GET, sent, but no whole reply: it may or may not have been done
//   Unavailable         no connection; or a broken one, and it was a GET
//   DeadlineExceeded    in time nothing was sent; or it was a GET
//   FailedPrecondition  TLS refused (certificate, name): repeating does not help
//   ResourceExhausted   max_queued requests wait already
//   OutOfRange          the reply exceeds max_response_bytes
//   Cancelled           the client is being destroyed
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "kube/credentials.h"

namespace tutti::kube {

struct Request {
  std::string method = "GET";
  std::string path;  // begins with "/", query included, already escaped
  std::string body;  // JSON, or empty
  std::string content_type = "application/json";
  base::Duration timeout = std::chrono::seconds(10);
};

struct Response {
  int status = 0;    // HTTP status; every reply that arrived whole is a Response, 4xx and 5xx too
  std::string body;  // simdjson may read it in place: SIMDJSON_PADDING bytes follow the text
  // The first of the API server's Status.message, else the status line: for error texts.
  std::string ErrorMessage() const;
};

struct ClientOptions {
  // Requests on the wire at a time; more wait their turn inside the client. kube-apiserver allows
  // 100 streams per connection, and one connection costs the least CPU.
  size_t max_in_flight = 96;
  size_t max_connections = 4;   // HTTP/2 opens a second one only when the first has no stream left
  size_t max_queued = 200'000;  // beyond: ResourceExhausted at once
  size_t max_response_bytes = 1u << 30;  // a longer reply ends as an error
  base::Duration connect_timeout = std::chrono::seconds(5);
  uint64_t jitter_seed = 0;  // 0: seeded from the system
};

class Client {
 public:
  // `done` runs exactly once, on the client's I/O thread, also when the client is destroyed
  // (Cancelled). It must not block.
  using Done = std::function<void(absl::StatusOr<Response>)>;

  // One long GET whose body is a sequence of lines (a watch). `on_line` gets each complete line
  // without its '\n' (64 readable bytes follow it, for simdjson); returning false ends the stream.
  // `on_end` runs exactly once, last: OK when the server closed the stream or on_line ended it;
  // DeadlineExceeded when nothing at all arrived for `idle_timeout`; a status >= 300 ends as
  // FailedPrecondition for 410, Unauthenticated for 401, NotFound for 404, Unavailable otherwise,
  // with the body as message; Cancelled when the Stream is destroyed. Both run on the stream's own
  // I/O thread and may block: a blocked reader slows the stream down (flow control), nothing else.
  // Do not destroy the Stream in them. The client must outlive its streams.
  using OnLine = std::function<bool(std::string_view line)>;
  using OnEnd = std::function<void(absl::Status)>;
  class Stream;  // destroying it ends the stream and waits for on_end

  static absl::StatusOr<std::unique_ptr<Client>> Create(Credentials credentials,
                                                        const base::Clock& clock,
                                                        ClientOptions options = {});
  virtual ~Client() = default;

  // Any thread; never blocks.
  virtual void Send(Request request, Done done) = 0;
  // Any thread but the client's own: waits for the reply.
  absl::StatusOr<Response> Call(Request request);
  virtual std::unique_ptr<Stream> Watch(std::string path, base::Duration idle_timeout,
                                        OnLine on_line, OnEnd on_end) = 0;

  // How many replies in a row were 401: readiness falls on a stale token that reading again did not
  // mend.
  virtual int consecutive_unauthorized() const = 0;
};

class Client::Stream {
 public:
  virtual ~Stream() = default;
};

}  // namespace tutti::kube
