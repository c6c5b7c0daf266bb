// Which failures of a request may be answered by sending it again, and what it means to give up.
// Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "kube/client.h"

namespace tutti::kube {

// Whether a second copy does no harm and tells the same story: GET, HEAD, DELETE, and patches that
// state the result (merge, strategic merge, apply). Not POST (a second Binding or Event), not PUT
// and JSON patch (their preconditions make the second copy fail, and hide that the first one
// worked).
bool MayRepeat(const Request& request);

// Whether the server asks for a later repetition and has done nothing yet: 429 and 503 with
// Retry-After. A 429 without it is an answer (an eviction against a disruption budget).
bool AsksForRepeat(int http_status, bool has_retry_after);

// How the transport ended a request.
enum class TransportFailure {
  kConnect,  // no connection; the request has not left us
  kRefused,  // no connection and trying again will not help: certificates, bad address
  kTimeout,  // the deadline
  kBroken,   // the connection broke or the reply stopped in the middle
  kTooLong,  // the reply exceeds max_response_bytes
};

// The error a caller gets. `maybe_done`: the request may have reached the server in some attempt.
absl::Status GiveUp(const Request& request, TransportFailure failure, bool maybe_done,
                    const std::string& detail);

}  // namespace tutti::kube
