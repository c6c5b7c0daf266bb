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
  std::string_view group;
  std::string_view resource;  // "pods"
  bool creates_pod = false;   // operation CREATE, resource pods, no subresource
  bool dry_run = false;
  std::string_view object;      // the JSON of the object; empty: none
  std::string_view old_object;  // likewise, as it was; empty: a CREATE
  std::string_view user_info;   // the JSON of who asks; empty: none
};

// InvalidArgument where `body` is no AdmissionReview of version v1 with a request and its uid.
absl::StatusOr<ReviewRequest> ReadReview(std::string_view body, objects::JsonIndex& index);

// Of a webhook that mutates. Always "allowed": a pod is never refused because of us. `patch` is a
// JSON Patch, or empty.
std::string ReviewReply(std::string_view uid, std::string_view patch,
                        const std::vector<std::string>& warnings);
// Of one that validates. `refusal` empty: allowed.
std::string VerdictReply(std::string_view uid, std::string_view refusal);

// What the API server answers instead of doing it.
struct Refusal {
  int code = 403;
  std::string_view reason = "Forbidden";  // of the code, as Kubernetes spells it
  std::string_view message;
  int retry_after_seconds = 0;  // above 0: clients may try again by themselves
};
std::string RefusalReply(std::string_view uid, const Refusal& refusal);

}  // namespace tutti::admission
