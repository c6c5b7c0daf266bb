#include "kube/retry_policy.h"

#include "absl/strings/str_format.h"

namespace tutti::kube {

bool MayRepeat(const Request& request) {
  const std::string& method = request.method;
  if (method == "GET" || method == "HEAD" || method == "DELETE") return true;
  return method == "PATCH" && request.content_type != "application/json-patch+json";
}

bool AsksForRepeat(int http_status, bool has_retry_after) {
  return has_retry_after && (http_status == 429 || http_status == 503);
}

absl::Status GiveUp(const Request& request, TransportFailure failure, bool maybe_done,
                    const std::string& detail) {
  const std::string what = absl::StrFormat("%s %s: %s", request.method, request.path, detail);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (failure == TransportFailure::kTooLong) return absl::OutOfRangeError(what);
  if (maybe_done && !reads) {
    return absl::UnknownError(absl::StrFormat(
        "%s; the server may or may not have done it: read the object before trying again", what));
  }
  switch (failure) {
    case TransportFailure::kTimeout:
      return absl::DeadlineExceededError(what);
    case TransportFailure::kRefused:
      return absl::FailedPreconditionError(what);
    default:
      return absl::UnavailableError(what);
  }
}

}  // namespace tutti::kube
