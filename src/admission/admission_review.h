// AdmissionReview: the requests and replies of admission webhooks (admission.k8s.io/v1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "objects/json_cursor.h"

namespace tutti::admission {

// Views into the request's text.
struct ReviewRequest {
  std::string_view uid;  // between its quotes, to be echoed
  std::string_view namespace_name;
  std::string_view resource;  // "pods"
  bool creates_pod = false;   // operation CREATE, resource pods, no subresource
  bool dry_run = false;
  std::string_view object;  // the JSON of the object; empty: none
};

// InvalidArgument where `body` is no AdmissionReview of version v1 with a request and its uid.
absl::StatusOr<ReviewRequest> ReadReview(std::string_view body, objects::JsonIndex& index);

// Of a webhook that mutates. Always "allowed": a pod is never refused because of us. `patch` is a
// JSON Patch, or empty.
std::string ReviewReply(std::string_view uid, std::string_view patch,
                        const std::vector<std::string>& warnings);
// Of one that validates. `refusal` empty: allowed.
std::string VerdictReply(std::string_view uid, std::string_view refusal);

}  // namespace tutti::admission
